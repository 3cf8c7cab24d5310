"""What each phone asks every quarter of an hour: the list of 100 forms, whole and unchanged."""

from tests.bench import form
from tests.bench.figures import plain, show
from tests.bench.load import run
from tests.bench.stage import Stage, small_form

_FORMS = 100


def measure(stage: Stage, *, seconds: float) -> None:
    """Show requests per second and milliseconds, against a bare Flask view."""
    listed = int(stage.query("select count(*) from forms where current_id is not null")[0][0])
    for number in range(listed, _FORMS):
        stage.allow(stage.upload(small_form(number, 5)))
    port, path = stage.lentera.port, f"{stage.phone}/formList"
    etag = stage.lentera.head(path)["ETag"]
    for name, request, wanted in (
        (f"formList of {_FORMS} forms", form.get(port, path), 200),
        (f"formList of {_FORMS} forms, unchanged (304)", form.get(port, path, If_None_Match=etag), 304),
    ):
        ours = run(port, [request], connections=8, seconds=seconds, wanted=wanted)
        floor = run(stage.floor.port, [form.get(stage.floor.port, "/list")], connections=8, seconds=seconds, wanted=200)
        alone = run(port, [request], connections=1, count=50, wanted=wanted)
        show(plain(f"{name}, requests/s", ours.rate, "", floor.rate))
        show(plain("  one at a time", alone.percentile(0.5), "ms"))
