"""Watchmen: whether somebody outside would miss this machine, and heard it last."""

from records import heartbeats
from services.doctor.findings import Finding, Findings
from services.heartbeat import watchman_of
from services.house import House


def check_heartbeat(house: House) -> Findings:
    """Whether a watchman is named who is told of each sweep, and whether he heard of the last one."""
    watchman = watchman_of(house.settings)
    if watchman is None:
        said = "nobody outside would miss this machine when it falls silent"
        advice = "name a watchman: WEERKLANK_HEARTBEAT_URL"
        yield Finding("heartbeat", "warn", said, advice=advice)
        return
    last = heartbeats.last(house.engine)
    if last is None:
        yield Finding("heartbeat", "ok", f"goes to {watchman} with the next sweep")
    elif last.error:
        said = f"the watchman at {watchman} did not hear of the last sweep ({last.error})"
        advice = "check WEERKLANK_HEARTBEAT_URL, and the way to it"
        yield Finding("heartbeat", "warn", said, last.heard_at or last.tried_at, advice)
    else:
        yield Finding("heartbeat", "ok", f"{watchman} heard of the last sweep at", last.heard_at)
