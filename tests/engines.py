"""PostgreSQL for tests: a schema of its own in a server, made and dropped around one test."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from sma import tables


@contextmanager
def postgresql_schema(server: str) -> Iterator[str]:
    """Yield a URL whose search path is a fresh schema with all tables."""
    name = f"test_{uuid4().hex[:12]}"
    url = make_url(server).set(drivername="postgresql+psycopg")
    administrator = create_engine(url, isolation_level="AUTOCOMMIT")
    inside = url.update_query_dict({"options": f"-csearch_path={name}"})
    engine = create_engine(inside)
    try:
        with administrator.connect() as connection:
            connection.execute(text(f"CREATE SCHEMA {name}"))
        tables.metadata.create_all(engine)
        yield inside.render_as_string(hide_password=False)
    finally:
        engine.dispose()
        with administrator.connect() as connection:
            connection.execute(text(f"DROP SCHEMA IF EXISTS {name} CASCADE"))
        administrator.dispose()
