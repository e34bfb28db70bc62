"""Files beside the shards that decide a number: plan, identity, counts, predictions and checkpoints, each checked."""

import hashlib

from hts.errors import PlanError
from hts.plans import Plan, read_plan
from hts.storage import ResultsFolder
from hts.storage.checkpoints import is_harmed
from hts.storage.reading import read_bytes
from hts.sweeps.survey import stated_identity

PLAN_DIGEST = "plan_sha256"
REMEDY = "hts run PLAN writes it anew"


def digest_of_plan(plan: Plan) -> str:
    """Sum up the plan as `hts run` writes it."""
    return hashlib.sha256(plan.to_toml().encode()).hexdigest()


def harms_of(folder: ResultsFolder) -> dict[str, str]:
    """Name the files that are not what was written, with what is wrong; shards are looked at elsewhere."""
    harms = {path.name: harm for path in folder.documents if (harm := folder.harm_of(path)) is not None}
    if not folder.identity.exists():
        harms[folder.identity.name] = f"is missing; {REMEDY}"
    elif folder.identity.name not in harms and stated_identity(folder) is None:
        harms[folder.identity.name] = "its identity is not that of its physics"
    if (harm := _harm_of_plan(folder)) is not None:
        harms[folder.plan.name] = harm
    if folder.checkpoints.is_dir():
        for path in sorted(folder.checkpoints.iterdir()):
            if is_harmed(path):
                harms[f"{path.parent.name}/{path.name}"] = (
                    "its bytes do not match its checksum; its walkers start again"
                )
    return harms


def _harm_of_plan(folder: ResultsFolder) -> str | None:
    """Compare plan.toml with the identity of the folder, and with what was written."""
    if not folder.plan.exists():
        return f"is missing; {REMEDY}"
    try:
        data = read_bytes(folder.plan)
        plan = read_plan(folder.plan)
    except (OSError, PlanError):
        return f"cannot be read as a plan; {REMEDY}"
    stated = stated_identity(folder)
    if stated is None:
        return None
    if stated["identity"] != plan.identity():
        return f"is another plan than the one of these results; {REMEDY}"
    digest = stated.get(PLAN_DIGEST)
    if digest is not None and hashlib.sha256(data).hexdigest() != digest:
        return f"was changed since hts run wrote it, in what decides no walker; {REMEDY}"
    return None
