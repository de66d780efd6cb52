"""Arrays from files."""

from pathlib import Path

import numpy as np
import pytest

from stream_gui.models.console import array_files
from stream_gui.models.console.array_files import ArrayFileError, read_array


@pytest.mark.parametrize(
    ("name", "text", "values"),
    [
        ("a.csv", "1,2\n3,4\n", [[1, 2], [3, 4]]),
        ("a.csv", "time;volts\n1;2\n3;4\n", [[1, 2], [3, 4]]),
        ("a.txt", "# taken on Monday\n1 2.5\n\n3 4\n", [[1, 2.5], [3, 4]]),
        ("a.tsv", "x\n1\n2\n3\n", [1, 2, 3]),
        ("a.csv", "\ufeff1,nan,inf\n", [1, np.nan, np.inf]),
    ],
)
def test_columns_of_numbers_are_read(
    tmp_path: Path, name: str, text: str, values: list[float]
) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    np.testing.assert_array_equal(read_array(str(tmp_path / name)), np.array(values))


def test_a_file_is_read_again_when_it_has_changed(tmp_path: Path) -> None:
    path = tmp_path / "a.npy"
    np.save(path, np.arange(3))
    first = read_array(str(path))
    assert read_array(str(path)) is first
    assert not first.flags.writeable
    np.save(path, np.arange(5))
    assert read_array(str(path)).size == 5


def test_what_is_no_array_is_refused_with_the_name_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    np.save(tmp_path / "o.npy", np.array([{}], dtype=object), allow_pickle=True)
    (tmp_path / "t.csv").write_text("a,b\nc,d\n", encoding="utf-8")
    (tmp_path / "e.csv").write_text("a,b\n", encoding="utf-8")
    (tmp_path / "x.bin").write_bytes(b"\0")
    for name in ("o.npy", "t.csv", "e.csv", "x.bin", "gone.npy", "nul\0.npy"):
        with pytest.raises(ArrayFileError, match=name.partition("\0")[0]):
            read_array(str(tmp_path / name))
    monkeypatch.setattr(array_files, "LARGEST_BYTES", 3)
    with pytest.raises(ArrayFileError, match="more than"):
        read_array(str(tmp_path / "t.csv"))
