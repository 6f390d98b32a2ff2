import copy

import pytest
import yaml

from recorrido.simulator.errors import BadScenario
from recorrido.simulator.parsing import SHIPPED, load_scenario, parse_scenario, shipped_names
from recorrido.simulator.scenario import resized

AROMO = yaml.safe_load((SHIPPED / "aromo.yaml").read_text(encoding="utf-8"))


def complaint(change) -> str:
    document = copy.deepcopy(AROMO)
    change(document)
    with pytest.raises(BadScenario) as caught:
        parse_scenario(document, name="mine.yaml")
    return str(caught.value)


def test_seven_scenarios_are_shipped_and_valid():
    assert shipped_names() == ["aromo", "b2b", "calm", "electro", "moda", "one_fault", "tarde"]
    assert all(load_scenario(name).name for name in shipped_names())


def test_an_unknown_word_names_its_place_and_the_nearest_word():
    said = complaint(lambda doc: doc["stores"][3].update(shares=4))
    assert (
        said
        == "mine.yaml, stores[3] (S04): 'shares' is not a word of the language here. Did you mean 'share'?"
    )


def test_a_missing_word_is_named():
    assert "mine.yaml, contacts: 'cost' is missing." in complaint(lambda doc: doc["contacts"].pop("cost"))


def test_a_share_above_one_is_refused_with_its_place():
    said = complaint(lambda doc: doc["returns"].update(store=8.3))
    assert said == "mine.yaml, returns.store: expected float <= 1.0. Correct the value."


def test_an_unknown_kind_of_fault_names_the_nearest():
    said = complaint(lambda doc: doc["faults"][2].update(kind="late_carier"))
    assert "there is no kind 'late_carier'. Did you mean 'late_carrier'?" in said


def test_a_fault_of_an_unknown_carrier_names_the_nearest():
    said = complaint(lambda doc: doc["faults"][2].update(carrier="Ruta del Sur"))
    assert (
        "faults (ruta_sur).carrier: 'Ruta del Sur' is not named in this scenario. Did you mean 'Ruta Sur'?"
        in said
    )


def test_two_faults_of_one_key_are_refused():
    said = complaint(lambda doc: doc["faults"][1].update(key="ruta_sur"))
    assert "faults: 'ruta_sur' appears 2 times." in said


def test_a_region_that_no_carrier_serves_is_refused():
    said = complaint(lambda doc: [carrier.update(far=0) for carrier in doc["carriers"]])
    assert "carriers: no carrier serves far regions. Give one a weight for 'far'." in said


def test_stores_are_required_where_something_is_handed_over_in_them():
    assert "stores: a channel sells or hands over in stores" in complaint(lambda doc: doc.update(stores=[]))


def test_an_unknown_time_zone_names_the_nearest():
    said = complaint(lambda doc: doc["place"].update(timezone="America/Santiag"))
    assert "Did you mean 'America/Santiago'?" in said


def test_a_file_that_is_not_yaml_names_the_line(tmp_path):
    path = tmp_path / "broken.yaml"
    path.write_text("name: x\nseed: [1,\n", encoding="utf-8")
    with pytest.raises(BadScenario, match=r"this is not YAML: .* in line 3"):
        load_scenario(path)


def test_an_unknown_scenario_names_the_nearest():
    with pytest.raises(BadScenario, match="Did you mean 'aromo'"):
        load_scenario("aroma")


def test_fewer_months_bring_fewer_customers():
    scenario = load_scenario("aromo")
    assert resized(scenario, months=2).customers.count < scenario.customers.count


def test_a_folder_of_an_earlier_run_is_not_taken_for_the_scenario(tmp_path, monkeypatch):
    (tmp_path / "calm").mkdir()
    monkeypatch.chdir(tmp_path)
    assert load_scenario("calm").seed
