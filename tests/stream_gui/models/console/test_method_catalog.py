"""The catalog of targets and methods."""

from stream_core.rpc import collect
from stream_gui.models.console.method_catalog import MethodCatalog, method_names


class Rig:
    def rpc_b(self) -> None: ...

    def rpc_a(self) -> None: ...


def test_the_server_comes_first_and_nothing_without_a_link() -> None:
    catalog, changes = MethodCatalog(), []
    catalog.targets_changed.connect(lambda: changes.append(catalog.targets))
    catalog.set_targets(["rig", "Daq"])
    catalog.set_targets(["Daq", "rig"])
    catalog.set_targets([])
    assert changes == [["server", "Daq", "rig"], []]


def test_a_target_that_went_is_forgotten() -> None:
    catalog = MethodCatalog()
    catalog.set_targets(["rig"])
    catalog.put("rig", collect(Rig(), name="rig").description)
    assert catalog.method("rig", "a") is not None
    assert catalog.method("rig", "nothing") is None
    catalog.set_targets(["other"])
    assert catalog.method("rig", "a") is None


def test_why_a_target_is_unknown_is_kept() -> None:
    catalog, told = MethodCatalog(), []
    catalog.described.connect(told.append)
    catalog.failed("rig", "it does not answer")
    assert (catalog.problem("rig"), told) == ("it does not answer", ["rig"])
    catalog.put("rig", collect(Rig(), name="rig").description)
    assert catalog.problem("rig") == ""


def test_its_own_methods_come_before_what_everybody_answers() -> None:
    assert method_names(collect(Rig(), name="rig").description) == ["a", "b", "echo"]
