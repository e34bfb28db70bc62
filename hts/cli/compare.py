"""`hts compare`: results folders side by side."""

from pathlib import Path

import click

from hts.cli.options import json_option
from hts.cli.studies import warn_of_identity
from hts.errors import IncompleteError


@click.command("compare")
@click.argument("folders", metavar="DIR DIR...", nargs=-1, required=True, type=click.Path(path_type=Path))
@json_option
def command(folders: tuple[Path, ...], as_json: bool) -> None:
    r"""Lay two or more results folders side by side: other seeds, laws, versions or machines.

    Cells that all folders have are compared with those of the first: mean exit times and exponents, or shares of
    time, each with its z; keys in which the plans differ are listed. Where seed, plan and random streams are the same,
    walkers are compared one by one. Folders of hts train are compared method by method, network by network.

    \b
    Examples:
      hts run study.toml
      hts run study.toml --seed 2 -o results/again
      hts compare results/study results/again
    """
    from hts.cli.training_folder import compare, is_of_training
    from hts.comparison.folders import compare_folders

    if len(folders) > 1 and any(map(is_of_training, folders)):
        compare(folders, as_json)
        return
    for folder in folders:
        if folder.is_dir():
            warn_of_identity(folder)
    found = compare_folders(folders)
    if as_json:
        from hts.cli.documents import print_document

        print_document(found.document())
    else:
        from hts.cli.tables import print_tables
        from hts.reports.side_by_side import compare_tables, difference_lines, folder_lines, verdict_lines

        for line in (*folder_lines(found), *difference_lines(found), ""):
            click.echo(line)
        print_tables(compare_tables(found))
        click.echo()
        for line in verdict_lines(found):
            click.echo(line)
    if not found.n_walkers:
        raise IncompleteError("no walker of the cells in common is finished yet; hts run goes on with each plan")
