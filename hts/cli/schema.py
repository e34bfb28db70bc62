"""`hts schema`: what a plan may hold, for editors and other programs."""

import json

import click


@click.command("schema")
def command() -> None:
    r"""Print the JSON Schema of plans (draft 2020-12).

    Editors that know TOML (taplo, Even Better TOML, PyCharm) then complete keys, show what they mean and mark mistakes.
    A plan names its schema in its first line: `#:schema ./hts-plan.schema.json`.

    \b
    Example:
      hts schema > hts-plan.schema.json
    """
    from hts.plans.schema import plan_schema

    click.echo(json.dumps(plan_schema(), indent=2, ensure_ascii=False))
