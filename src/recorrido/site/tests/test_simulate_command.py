import json

from typer.testing import CliRunner

from recorrido.site.cli import build


def test_the_command_writes_events_and_truth(tmp_path):
    chosen = ["--scenario", "one_fault", "--customers", "300", "--months", "2", "--out", str(tmp_path)]
    result = CliRunner().invoke(build(), ["simulate", *chosen])
    assert result.exit_code == 0
    truth = json.loads((tmp_path / "truth.json").read_text(encoding="utf-8"))
    assert truth["customers"] == 300 and list(truth["faults"]) == ["wrong_article"]


def test_the_command_refuses_an_unknown_fault_in_one_sentence(tmp_path):
    chosen = ["--scenario", "one_fault", "--out", str(tmp_path), "--without", "wrong_articel"]
    result = CliRunner().invoke(build(), ["simulate", *chosen])
    assert result.exit_code == 2
    assert "Did you mean 'wrong_article'?" in result.output
    assert not list(tmp_path.iterdir())
