"""The trayecto command as a person or a script meets it: files in, JSON out, one sentence when something is wrong."""

import gzip
import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from trayecto.cli.app import code_of

EVENTS = """order,what,when,amount,country,note
1,visit,2024-01-01T10:00:00Z,0,CL,"a, b"
1,cart,2024-01-01T11:00:00Z,5,CL,
1,pay,2024-01-03T11:00:00Z,7,CL,
2,visit,2024-01-02T10:00:00Z,0,PE,
2,cart,2024-01-02T10:30:00Z,9,PE,
2,cart,2024-01-05T10:30:00Z,1,PE,
3,visit,2024-01-09T10:00:00Z,0,CL,
"""
NAMES = ["--journey", "order", "--step", "what", "--at", "when"]
HELPDESK = Path(__file__).parents[3] / "shared/data/helpdesk/Helpdesk.xes.gz"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("cli")
    (place / "events.csv").write_text(EVENTS, encoding="utf-8")
    arguments = ["build", str(place / "events.csv"), "--out", str(place / "log"), *NAMES]
    assert code_of([*arguments, "--attr", "country", "--attr", "spent=amount:total"]) == 0
    return place


@pytest.fixture
def run(folder, capfd):
    """Runs the command in this process; gives exit code, stdout and stderr."""

    def call(*arguments):
        capfd.readouterr()
        code = code_of([argument.replace("LOG", str(folder / "log"), 1) for argument in arguments])
        said = capfd.readouterr()
        return code, said.out, said.err

    return call


@pytest.fixture
def facts(run):
    """Runs a question with --json; gives its figures and checks that nothing else is on stdout."""

    def call(*arguments):
        code, out, err = run(*arguments, "--json")
        assert (code, err) == (0, "")
        assert out.count("\n") == 1
        return json.loads(out)

    return call


def refusal(answer):
    code, out, err = answer
    assert (code, out) == (2, "")
    assert err.startswith("trayecto: ") and err.count("\n") == 1
    assert "Traceback" not in err
    return err


@pytest.mark.parametrize("shards", [[], ["--shards", "2"]])
def test_build_tells_of_journeys_whose_weights_differ(run, folder, tmp_path, shards):
    arguments = [
        "build",
        str(folder / "events.csv"),
        "--out",
        str(tmp_path / "weighed"),
        *NAMES,
        "--weight",
        "amount",
        *shards,
    ]
    code, out, err = run(*arguments, "--json")
    assert code == 0 and json.loads(out)["log"]["weights_differ"] == 2
    assert err == "2 of 3 journeys have events with different weights: the first of each counts.\n"


def test_map_has_the_documented_shape(facts):
    found = facts("map", "LOG")
    assert (found["journeys"], found["events"]) == (3, 7)
    cart = next(step for step in found["steps"] if step["step"] == "cart")
    assert cart == {"step": "cart", "events": 3, "journeys": 2, "starts": 0, "ends": 1}
    flow = next(flow for flow in found["flows"] if (flow["source"], flow["target"]) == ("visit", "cart"))
    assert flow["seconds"] == {"mean": 2700.0, "median": 2700.0, "p90": 3420.0, "min": 1800.0, "max": 3600.0}


def test_variants_have_the_documented_shape(facts):
    found = facts("variants", "LOG", "--top", "2")
    assert (found["journeys"], found["distinct"], len(found["variants"])) == (3, 3, 2)
    assert found["coverage_80"] == {"variants": 3, "share": 1.0}
    assert set(found["variants"][0]) == {"steps", "journeys", "share", "seconds"}


def test_top_zero_lists_all_variants(facts):
    assert len(facts("variants", "LOG", "--top", "0")["variants"]) == 3


def test_funnel_has_the_documented_shape_and_an_inclusive_window(facts):
    steps = facts("funnel", "LOG", "visit", "cart", "pay", "--within", "49h")["steps"]
    assert [step["journeys"] for step in steps] == [3, 2, 1]
    assert steps[1] == {"step": "cart", "journeys": 2, "share_of_first": 2 / 3, "share_of_previous": 2 / 3}
    assert facts("funnel", "LOG", "visit", "pay", "--within", "48h")["steps"][1]["journeys"] == 0


def test_a_strict_funnel_allows_nothing_between(facts):
    assert facts("funnel", "LOG", "visit", "pay", "--strict")["steps"][1]["journeys"] == 0


def test_where_narrows_every_question(facts):
    for question in (
        ["map", "LOG"], ["variants", "LOG"], ["funnel", "LOG", "visit"], ["rework", "LOG"],
        ["durations", "LOG", "visit", "cart"], ["dropoff", "LOG", "--goal", "pay"],
    ):  # fmt: skip
        assert facts(*question, "--where", "country = 'PE' and has('cart')")["journeys"] == 1, question
    assert facts("info", "LOG", "--where", "spent >= 10")["selected"] == {"journeys": 2, "events": 6}
    assert facts("volume", "LOG", "--where", "country = 'PE'")["periods"][0]["journeys"] == 1
    assert {one["step"] for one in facts("delays", "LOG", "--where", "lacks('pay')")["steps"]} == {
        "visit",
        "cart",
    }


def test_durations_tell_seconds(facts):
    assert facts("durations", "LOG", "visit", "pay")["seconds"]["median"] == 49 * 3600


def test_dropoff_counts_lost_journeys_beyond_a_given_limit(facts):
    found = facts("dropoff", "LOG", "--goal", "pay", "--limit", "cart=3d", "--limit", "visit=10d")
    assert (found["reached"], found["lost"], found["open"]) == (1, 1, 1)


def test_a_promise_decides_what_is_late(facts):
    steps = {
        one["step"]: one
        for one in facts("delays", "LOG", "--promise", "pay=1d", "--since", "pay=visit")["steps"]
    }
    assert steps["pay"]["late_journeys"] == 1


def test_info_names_attributes_and_steps(facts):
    found = facts("info", "LOG")
    assert found["attributes"] == ["country", "spent"]
    assert found["steps"] == ["cart", "pay", "visit"]


@pytest.mark.parametrize(
    "question", ["map", "variants", "rework", "volume", "delays", "info"]
)  # fmt: skip
def test_without_json_a_table_is_printed(run, question):
    code, out, err = run(question, "LOG")
    assert (code, err) == (0, "") and "journeys" in out


@pytest.mark.parametrize(
    "question",
    [
        ["map"],
        ["map", "--mode", "time"],
        ["map", "--mode", "dropoff", "--goal", "pay"],
        ["variants"],
        ["funnel", "visit", "pay"],
    ],
    ids=" ".join,
)
def test_svg_writes_a_picture_and_says_so_on_stderr(run, tmp_path, question):
    target = tmp_path / "picture.svg"
    code, out, err = run(question[0], "LOG", *question[1:], "--svg", str(target), "--title", "Compra <1>")
    assert (code, out, err) == (0, "", f"Wrote {target}\n")
    assert ElementTree.parse(target).getroot().get("aria-label").startswith("Compra <1>")


def test_json_and_svg_go_together(run, tmp_path):
    code, out, _ = run("map", "LOG", "--json", "--svg", str(tmp_path / "map.svg"))
    assert code == 0 and json.loads(out)["journeys"] == 3


def test_a_filter_that_nobody_meets_answers_zero_and_says_so(run):
    code, out, err = run("map", "LOG", "--json", "--where", "country = 'XX'")
    assert (code, json.loads(out)["journeys"]) == (0, 0)
    assert err == "No journey meets --where; all figures are zero.\n"


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["funnel", "LOG", "visit", "pya"], "no step 'pya'. Did you mean 'pay'?"),
        (["durations", "LOG", "visit", "pya"], "Did you mean 'pay'?"),
        (["dropoff", "LOG", "--goal", "pya"], "Did you mean 'pay'?"),
        (["delays", "LOG", "--promise", "pya=3d"], "Did you mean 'pay'?"),
        (["map", "LOG", "--where", "has('pya')"], "Did you mean 'pay'?"),
        (["map", "LOG", "--where", "contry = 'CL'"], "Did you mean 'country'?"),
        (["map", "LOG", "--where", "has('pay') and"], "has('pay') and"),
        (["map", "LOG", "--mode", "tme"], "Did you mean 'time'?"),
        (["map", "LOG", "--mode", "dropoff"], "--goal"),
        (["map", "LOG", "--lang", "fr", "--svg", "x.svg"], "'fr'"),
        (["map", "LOG", "--svg", "/no/such/folder/x.svg"], "/no/such/folder/x.svg"),
        (["map", "LOG", "--jsn"], "--json"),
        (["mpa", "LOG"], "Did you mean 'map'"),
        (["map"], "Missing argument"),
        (["map", "/no/such/log"], "/no/such/log"),
        (["variants", "LOG", "--top", "-1"], "--top -1"),
        (["variants", "LOG", "--top", "many"], "--top"),
        (["volume", "LOG", "--period", "mounth"], "mounth"),
        (["funnel", "LOG", "visit", "--within", "7 days or so"], "7 days or so"),
        (["delays", "LOG", "--promise", "pay"], "STEP=VALUE"),
        (["delays", "LOG", "--since", "pay=cart"], "--promise pay=TIME"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)  # fmt: skip
def test_a_mistake_is_answered_with_one_sentence_and_exit_code_two(run, arguments, named):
    assert named in refusal(run(*arguments))


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--attr", "contry"], "Did you mean 'country'?"),
        (["--attr", "amount", "--attr", "amount:total"], "amount_total=amount:total"),
        (["--attr", "=x"], "--attr '=x'"),
        (["--start", "vist"], "no step 'vist'. Did you mean 'visit'?"),
        (["--gap", "3x"], "'3x'"),
        (["--by", "ordr"], "ordr"),
        (["--id", "nmber"], "nmber"),
    ],
)
@pytest.mark.parametrize("shards", [[], ["--shards", "2"]])
def test_a_mistake_in_building_is_answered_likewise(run, folder, tmp_path, arguments, named, shards):
    build = ["build", str(folder / "events.csv"), "--out", str(tmp_path / "new"), *NAMES, *shards]
    assert named in refusal(run(*build, *arguments))
    assert not (tmp_path / "new" / ("shards.json" if shards else "")).exists()


def test_files_without_events_are_refused(run, tmp_path):
    empty = tmp_path / "empty.csv"
    empty.write_text("order,what,when\n", encoding="utf-8")
    assert "empty.csv" in refusal(run("build", str(empty), "--out", str(tmp_path / "new"), *NAMES))
    assert "nowhere.csv" in refusal(
        run("build", str(tmp_path / "nowhere.csv"), "--out", str(tmp_path / "new"))
    )


def test_a_truncated_file_is_refused_also_when_columns_are_named(run, tmp_path):
    short = tmp_path / "short.csv.gz"
    short.write_bytes(gzip.compress(EVENTS.encode())[:14])
    answer = run("build", str(short), "--out", str(tmp_path / "new"), *NAMES, "--attr", "country")
    assert "short.csv.gz is cut short" in refusal(answer)


def test_a_pause_cuts_journeys(run, folder, tmp_path):
    arguments = [
        "build",
        str(folder / "events.csv"),
        "--out",
        str(tmp_path / "cut"),
        *NAMES,
        "--gap",
        "1d",
        "--json",
    ]
    code, out, _ = run(*arguments)
    assert (code, json.loads(out)["log"]["journeys"]) == (0, 5)


def test_only_the_columns_in_use_are_read(run, folder, tmp_path):
    arguments = ["build", str(folder / "events.csv"), "--out", str(tmp_path / "kept"), *NAMES]
    assert run(*arguments, "--attr", "cards=cart:count", "--attr", "first=note")[0] == 0
    table = json.loads(run("info", str(tmp_path / "kept"), "--json")[1])
    assert table["attributes"] == ["cards", "first"]


def test_bad_rows_are_counted_on_stderr_and_kept_in_the_rejects_file(run, tmp_path):
    (tmp_path / "bad.csv").write_text(EVENTS + "4,visit,yesterday,0,CL,\n", encoding="utf-8")
    rejects = tmp_path / "rejects.csv"
    arguments = [
        "build",
        str(tmp_path / "bad.csv"),
        "--out",
        str(tmp_path / "log"),
        *NAMES,
        "--rejects",
        str(rejects),
    ]
    code, _, err = run(*arguments)
    assert code == 0 and "1 of 8 rows" in err and "yesterday" in rejects.read_text(encoding="utf-8")
    assert "bad.csv" in refusal(run(*arguments, "--strict"))


def test_the_version_is_shown(run):
    code, out, _ = run("--version")
    assert code == 0 and out.startswith("trayecto ")


def test_help_does_not_wait_for_the_compiler_and_the_database():
    loaded = "import sys, trayecto.cli.app; print(sorted({'numba', 'duckdb', 'pyarrow'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_the_installed_command_answers_a_closed_pipe_quietly(folder):
    command = [
        sys.executable,
        "-c",
        "from trayecto.cli import main; main()",
        "variants",
        str(folder / "log"),
        "--json",
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    process.wait()


@pytest.mark.real_data
def test_a_real_helpdesk_is_built_and_drawn_from_one_file_name(run, tmp_path):
    if not HELPDESK.exists():
        pytest.skip("../shared/data/helpdesk is not here")
    assert run("build", str(HELPDESK), "--out", str(tmp_path / "log"))[0] == 0
    code, out, _ = run("map", str(tmp_path / "log"), "--json", "--svg", str(tmp_path / "map.svg"))
    assert (code, json.loads(out)["journeys"], json.loads(out)["events"]) == (0, 4580, 21348)
    assert "Take in charge" in (tmp_path / "map.svg").read_text(encoding="utf-8")
