"""Recipients of data: whether the company's record of processing names each that this installation sends to."""

from datetime import datetime

from config.settings import Settings
from services.doctor.findings import Finding, Findings
from services.processing.company_file import CompanyFileUnfit
from services.processing.ways_out import gaps

_NAME = "processing"


def check_recorded(settings: Settings, now: datetime) -> Findings:
    """Whether each way out of this machine has a filled row, under a contract that is not over at *now* (aware UTC)."""
    try:
        found = gaps(settings, now.date())
    except CompanyFileUnfit as error:
        advice = "mend the file that WEERKLANK_PRIVACY_RECORD names"
        yield Finding(_NAME, "warn", "; ".join(error.lines), advice=advice)
        return
    if found.unfilled:
        said = f"the record of processing names no recipient for: {', '.join(found.unfilled)}"
        advice = "weerklank privacy record --blank makes the file to fill in; WEERKLANK_PRIVACY_RECORD names it"
        yield Finding(_NAME, "warn", said, advice=advice)
    if found.ended:
        said = f"the contract is over with who gets data by: {', '.join(found.ended)}"
        yield Finding(
            _NAME, "warn", said, advice="renew it, then its row in WEERKLANK_PRIVACY_RECORD"
        )
