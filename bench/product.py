"""The product as it is served, without a worker: for uvicorn."""

from fastapi import FastAPI

from sma.app import create_app
from sma.core.settings import Settings


def make() -> FastAPI:
    return create_app(Settings())
