"""A page as anybody would first write it: a `def` handler, ORM objects, fifty rows of five thousand. For uvicorn."""

from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from jinja2 import Environment
from sqlmodel import Field, Session, SQLModel, col, create_engine, select

from sma.core.settings import Settings

_PAGE = """<!doctype html><title>Rows</title><table>{% for row in rows %}
<tr><td>{{ row.id }}</td><td>{{ row.code }}</td><td>{{ row.label }}</td><td>{{ row.place }}</td>
<td>{{ row.booked }}</td><td>{{ row.state }}</td></tr>{% endfor %}</table>"""


class PlainRow(SQLModel, table=True):
    """One row of six columns, in a database file of its own."""

    id: int | None = Field(default=None, primary_key=True)
    code: str
    label: str
    place: str
    booked: int
    state: str


def make() -> FastAPI:
    engine = create_engine(f"sqlite:///{Path(Settings().data_folder) / 'plain.db'}")
    SQLModel.metadata.create_all(engine, tables=[SQLModel.metadata.tables["plainrow"]])
    with Session(engine) as db:
        db.add_all(
            PlainRow(code=f"S{n}", label="Yarn up", place="Riverside", booked=n % 12, state="open") for n in range(5000)
        )
        db.commit()
    page = Environment(autoescape=True).from_string(_PAGE)
    app = FastAPI()

    @app.get("/rows")
    def rows() -> HTMLResponse:
        with Session(engine) as db:
            found = db.exec(select(PlainRow).order_by(col(PlainRow.id)).offset(1000).limit(50)).all()
            return HTMLResponse(page.render(rows=found))

    return app
