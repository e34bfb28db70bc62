"""Files beside the shards that decide a number: plan, identity, counts, predictions and checkpoints, each checked."""

import hashlib
from typing import Any

from hts.errors import PlanError
from hts.plans import Plan
from hts.storage import ResultsFolder
from hts.storage.checkpoints import is_harmed
from hts.storage.reading import read_bytes
from hts.sweeps.survey import Survey, stated_identity, stored_plan, survey

PLAN_DIGEST = "plan_sha256"
REMEDY = "hts run PLAN writes it anew"


def digest_of_plan(plan: Plan) -> str:
    """Sum up the plan as `hts run` writes it."""
    return hashlib.sha256(plan.to_toml().encode()).hexdigest()


def identity_document(plan: Plan, stream_version: str) -> dict[str, Any]:
    """Say what decides the numbers of a folder, as its identity.json does."""
    return {
        "identity": plan.identity(),
        "physics": plan.physics(),
        "stream_version": stream_version,
        PLAN_DIGEST: digest_of_plan(plan),
    }


def harms_of(folder: ResultsFolder, found: Survey) -> dict[str, str]:
    """Name the files that are not what was written, with what is wrong; shards were looked at in the survey."""
    harms = {path.name: harm for path in folder.documents if (harm := folder.harm_of(path)) is not None}
    name = folder.identity.name
    if not folder.identity.exists():
        harms[name] = "is missing"
    elif name not in harms and stated_identity(folder) is None:
        harms[name] = "its identity is not that of its physics"
    if name in harms:
        harms[name] += f"; {_way_back(folder, found)}"
    if (harm := _harm_of_plan(folder)) is not None:
        harms[folder.plan.name] = harm
    if folder.checkpoints.is_dir():
        for path in sorted(folder.checkpoints.iterdir()):
            if is_harmed(path):
                harms[f"{path.parent.name}/{path.name}"] = (
                    "its bytes do not match its checksum; its walkers start again"
                )
    return harms


def restore_identity(folder: ResultsFolder) -> None:
    """Write identity.json anew where plan.toml and the shards hold all of it; otherwise do nothing.

    Raises
    ------
    StoppedError
        Where the folder cannot be written.
    """
    document = _restored(folder, survey(folder, None, None, None))
    if document is not None:
        folder.write_json(folder.identity, document)


def _restored(folder: ResultsFolder, found: Survey) -> dict[str, Any] | None:
    """Put the identity together from plan.toml and the shards; None unless all shards are of that plan and one stream.

    What was written is restored to the byte, unless plan.toml was edited since.
    """
    try:
        plan = stored_plan(folder)
    except PlanError:
        return None
    said = {(p.identity, p.stream_version) for p in found.provenances()}
    streams = {stream_version for _, stream_version in said}
    if len(said) != 1 or {identity for identity, _ in said} != {plan.identity()}:
        return None
    return identity_document(plan, streams.pop())


def _way_back(folder: ResultsFolder, found: Survey) -> str:
    """Say how identity.json comes back, and what the shards say of the plan that is needed for it."""
    if _restored(folder, found) is not None:
        return f"hts verify {folder.path} --repair writes it anew from plan.toml and the shards, which agree"
    said = sorted({(p.seed, p.identity[:16], p.stream_version) for p in found.provenances()})
    told = " or ".join(
        f"seed {seed}, identity {identity}, random streams {streams}" for seed, identity, streams in said
    )
    return f"hts run PLAN -o {folder.path} writes it anew" + (f"; the shards are of a plan with {told}" if told else "")


def _harm_of_plan(folder: ResultsFolder) -> str | None:
    """Compare plan.toml with the identity of the folder, and with what was written."""
    if not folder.plan.exists():
        return f"is missing; {REMEDY}"
    try:
        data = read_bytes(folder.plan)
        plan = stored_plan(folder)
    except (OSError, PlanError):
        return f"cannot be read as a plan; {REMEDY}"
    stated = stated_identity(folder)
    if stated is None:
        return None
    if stated["identity"] != plan.identity():
        return f"is another plan than the one of these results; {REMEDY}"
    digest = stated.get(PLAN_DIGEST)
    if digest is not None and hashlib.sha256(data).hexdigest() != digest:
        return f"was edited since hts run wrote it; finished walkers do not depend on the edit and stay good; {REMEDY}"
    return None
