"""Records as pandas DataFrames."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from hts.errors import HtsError
from hts.records import Tabular, columns_of

if TYPE_CHECKING:
    import pandas


def frame(records: Tabular | Iterable[Any]) -> pandas.DataFrame:
    """Make a DataFrame of records, a row for each cell, or for each cell and well.

    Parameters
    ----------
    records : record or sequence of records
        What `fit`, `compare_folders`, `predict`, `predict_shares`, `rare_results`, `sweep_status`, `train`, `tail_of`
        and their like give. Of [levy] columns are in time t = k h.

    Returns
    -------
    pandas.DataFrame
        Columns as in docs/interface.md; None where there is no value.

    Raises
    ------
    HtsError
        pandas is not installed, or these are no records.
    """
    try:
        import pandas
    except ImportError:
        raise HtsError("frames need pandas, which is not installed; pip install 'hts[pandas]'") from None
    return pandas.DataFrame(columns_of(records))
