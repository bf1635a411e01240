"""The yardsticks: the least that a Flask server could do, on the same gunicorn and the same database."""

import os
import sqlite3
import time
from typing import Any

import psycopg
from flask import Flask, Response, abort, jsonify, request
from flask_socketio import SocketIO, join_room
from sqlalchemy.engine.url import make_url
from twilio.request_validator import RequestValidator

from benchmarks.servers import TOKEN

_CREATE = "CREATE TABLE IF NOT EXISTS bare (id TEXT PRIMARY KEY, number TEXT, body TEXT)"


def intake() -> Flask:
    """A route that checks Twilio's signature and inserts one row by the raw driver."""
    app = Flask("bare")
    validator = RequestValidator(TOKEN)
    insert = _inserter(os.environ["BARE_DATABASE_URL"])

    @app.post("/hooks/twilio/sms")
    def sms() -> Response:
        form = request.form
        if not validator.validate(request.url, form, request.headers.get("X-Twilio-Signature", "")):
            abort(403)
        insert(form["MessageSid"], form["From"], form["Body"])
        return Response("<Response/>", content_type="text/xml")

    @app.get("/healthz")
    def healthz() -> str:
        return "ok"

    return app


def _inserter(url: str) -> Any:
    if url.startswith("sqlite"):
        database = sqlite3.connect(str(make_url(url).database), check_same_thread=False, isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            database.execute(f"PRAGMA {pragma}")
        database.execute(_CREATE)

        def insert(*row: str) -> None:
            database.execute("BEGIN IMMEDIATE")
            database.execute("INSERT INTO bare VALUES (?, ?, ?)", row)
            database.execute("COMMIT")

        return insert
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(_CREATE)
    pool: list[psycopg.Connection[Any]] = []

    def insert_postgres(*row: str) -> None:
        # A greenlet keeps its connection while it waits; a plain list is the cheapest pool there is.
        connection = pool.pop() if pool else psycopg.connect(url, autocommit=True)
        connection.execute("INSERT INTO bare VALUES (%s, %s, %s)", row)
        pool.append(connection)

    return insert_postgres


def fanout() -> Flask:
    """A Flask-SocketIO server that emits one event to a room."""
    app = Flask("bare")
    socketio = SocketIO(app, async_mode="gevent")

    def connect(_auth: Any = None) -> bool:
        join_room("all")
        return True

    socketio.on_event("connect", connect, namespace="/live")

    @app.post("/bench/emit")
    def emit() -> Response:
        item = request.get_json()
        begun = time.monotonic()
        socketio.emit("events", {"items": [item], "until": item["seq"]}, to="all", namespace="/live")
        return jsonify(at=begun)

    @app.get("/healthz")
    def healthz() -> str:
        return "ok"

    return app
