"""The plans of configs/, each with its text."""

from pathlib import Path

from generate.words import escaped, fenced

CONFIGS = Path(__file__).parents[2] / "configs"


def plans() -> str:
    """Write a section for each plan that comes with hts."""
    return "\n\n".join(section(path) for path in sorted(CONFIGS.glob("*.toml")))


def section(path: Path) -> str:
    """Write one plan; its name is the anchor of its section."""
    text = path.read_text(encoding="utf-8").rstrip()
    return f"## {escaped(path.stem)}\n\n`hts describe configs/{path.name}`\n\n{fenced(text, 'toml')}"
