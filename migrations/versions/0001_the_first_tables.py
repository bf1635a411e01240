"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To the shape of this revision."""
    op.create_table(
        "authorisation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=20), nullable=False),
        sa.Column("act", sa.String(length=20), nullable=False),
        sa.Column("level", sa.String(length=10), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("by_name", sa.String(length=80), nullable=False),
        sa.Column("by_post", sa.String(length=80), nullable=False),
        sa.Column("how", sa.String(length=10), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("countersign_due", sa.DateTime(timezone=True), nullable=True),
        sa.Column("countersigned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("countersigned_by", sa.String(length=80), nullable=False),
        sa.Column("countersigned_by_id", sa.Integer(), nullable=True),
        sa.Column("world", sa.Integer(), nullable=False),
        sa.Column("division_code", sa.String(length=12), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_authorisation")),
    )
    with op.batch_alter_table("authorisation", schema=None) as batch_op:
        batch_op.create_index(
            "ix_authorisation_due",
            ["world", "countersign_due"],
            unique=False,
            sqlite_where=sa.text("countersign_due IS NOT NULL AND countersigned_at IS NULL"),
            postgresql_where=sa.text("countersign_due IS NOT NULL AND countersigned_at IS NULL"),
        )
        batch_op.create_index("ix_authorisation_world_subject", ["world", "subject"], unique=False)

    op.create_table(
        "backoff",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("blocked_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_backoff")),
    )
    op.create_table(
        "call",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("provider", sa.String(length=20), nullable=False),
        sa.Column("call_ref", sa.String(length=80), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("lang", sa.String(length=2), nullable=False),
        sa.Column("inbound_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("turns", sa.Text(), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("touched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("world", sa.Integer(), nullable=False),
        sa.Column("division_code", sa.String(length=12), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call")),
    )
    with op.batch_alter_table("call", schema=None) as batch_op:
        batch_op.create_index("ix_call_ended_at_touched_at", ["ended_at", "touched_at"], unique=False)
        batch_op.create_index("uq_call_provider_call_ref", ["provider", "call_ref"], unique=True)

    op.create_table(
        "division",
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("official_name", sa.String(length=120), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("parent_code", sa.String(length=9), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("aliases", sa.JSON(), nullable=False),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lng", sa.Double(), nullable=True),
        sa.Column("precision", sa.String(length=10), nullable=True),
        sa.Column("crs_source", sa.String(length=6), nullable=True),
        sa.Column("point_source", sa.String(length=40), nullable=True),
        sa.Column("kept", sa.JSON(), nullable=False),
        sa.Column("valid", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_division")),
    )
    op.create_table(
        "drill",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("day", sa.String(length=40), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("director_id", sa.Integer(), nullable=True),
        sa.Column("script", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("begins_after", sa.Integer(), nullable=True),
        sa.Column("ended_with", sa.Integer(), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("division_code", sa.String(length=12), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drill")),
    )
    with op.batch_alter_table("drill", schema=None) as batch_op:
        batch_op.create_index("ix_drill_planned_at", ["planned_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_drill_status"), ["status"], unique=False)

    op.create_table(
        "drill_feed",
        sa.Column("person_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_drill_feed")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_drill_feed_token_hash")),
    )
    op.create_table(
        "due_mark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_due_mark")),
    )
    op.create_table(
        "event",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("division", sa.String(length=12), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("actor_name", sa.String(length=80), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("world", sa.Integer(), nullable=False),
        sa.Column("private", sa.Boolean(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_event")),
    )
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.create_index("ix_event_actor_seq", ["actor_id", "seq"], unique=False)
        batch_op.create_index("ix_event_subject_seq", ["subject", "seq"], unique=False)

    op.create_table(
        "heartbeat",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_heartbeat")),
    )
    op.create_table(
        "hotline_question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("report", sa.String(length=40), nullable=False),
        sa.Column("options", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.String(length=200), nullable=False),
        sa.Column("world", sa.Integer(), nullable=False),
        sa.Column("division_code", sa.String(length=12), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hotline_question")),
    )
    with op.batch_alter_table("hotline_question", schema=None) as batch_op:
        batch_op.create_index("ix_hotline_question_person_id_id", ["person_id", "id"], unique=False)

    op.create_table(
        "idempotency",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("request", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("world", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idempotency")),
    )
    with op.batch_alter_table("idempotency", schema=None) as batch_op:
        batch_op.create_index("uq_idempotency_world_person_id_key", ["world", "person_id", "key"], unique=True)

    op.create_table(
        "inbound",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("gateway", sa.String(length=20), nullable=False),
        sa.Column("provider_id", sa.String(length=80), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("understood", sa.Text(), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("handled_by", sa.String(length=80), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("world", sa.Integer(), nullable=False),
        sa.Column("division_code", sa.String(length=12), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbound")),
    )
    with op.batch_alter_table("inbound", schema=None) as batch_op:
        batch_op.create_index("ix_inbound_number_id", ["number", "id"], unique=False)
        batch_op.create_index("ix_inbound_outcome_id", ["outcome", "id"], unique=False)
        batch_op.create_index("ix_inbound_subject", ["subject"], unique=False)
        batch_op.create_index("uq_inbound_gateway_provider_id", ["gateway", "provider_id"], unique=True)

    op.create_table(
        "incident",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hazard", sa.String(length=20), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lng", sa.Double(), nullable=True),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("touched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_by", sa.String(length=80), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verified_by", sa.String(length=80), nullable=False),
        sa.Column("verified_by_id", sa.Integer(), nullable=True),
        sa.Column("exception", sa.String(length=200), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.String(length=80), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released", sa.Boolean(), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_by", sa.String(length=80), nullable=False),
        sa.Column("released_figures", sa.Text(), nullable=False),
        sa.Column("suggested", sa.Text(), nullable=False),
        sa.Column("origin_code", sa.String(length=12), nullable=False),
        sa.Column("merged_into", sa.Integer(), nullable=True),
        sa.Column("world", sa.Integer(), nullable=False),
        sa.Column("division_code", sa.String(length=12), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident")),
    )
    with op.batch_alter_table("incident", schema=None) as batch_op:
        batch_op.create_index("ix_incident_division_code_hazard", ["division_code", "hazard"], unique=False)
        batch_op.create_index(batch_op.f("ix_incident_merged_into"), ["merged_into"], unique=False)
        batch_op.create_index("ix_incident_origin_code", ["origin_code"], unique=False)
        batch_op.create_index("ix_incident_world_status_id", ["world", "status", "id"], unique=False)

    op.create_table(
        "lot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("source", sa.String(length=12), nullable=False),
        sa.Column("produced", sa.Date(), nullable=True),
        sa.Column("expires", sa.Date(), nullable=True),
        sa.Column("from_whom", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lot")),
        sa.UniqueConstraint("item", "code", name=op.f("uq_lot_item_code")),
    )
    op.create_table(
        "outbound",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dedup", sa.String(length=200), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("template", sa.String(length=60), nullable=False),
        sa.Column("lang", sa.String(length=2), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("wanted", sa.String(length=80), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("gateway", sa.String(length=20), nullable=False),
        sa.Column("provider_id", sa.String(length=80), nullable=False),
        sa.Column("error", sa.String(length=200), nullable=False),
        sa.Column("category", sa.String(length=20), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("world", sa.Integer(), nullable=False),
        sa.Column("division_code", sa.String(length=12), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbound")),
    )
    with op.batch_alter_table("outbound", schema=None) as batch_op:
        batch_op.create_index("ix_outbound_number_id", ["number", "id"], unique=False)
        batch_op.create_index("ix_outbound_status_next_at", ["status", "next_at"], unique=False)
        batch_op.create_index("ix_outbound_subject", ["subject"], unique=False)
        batch_op.create_index("uq_outbound_dedup", ["dedup"], unique=True)

    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("username", sa.String(length=40), nullable=True),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.Column("lang", sa.String(length=2), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("division_code", sa.String(length=12), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("username", name=op.f("uq_person_username")),
    )
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.create_index("ix_person_division_code", ["division_code"], unique=False)

    op.create_table(
        "profile",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(length=32), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("boundary", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_profile")),
    )
    op.create_table(
        "sent_form",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sent_form")),
    )
    with op.batch_alter_table("sent_form", schema=None) as batch_op:
        batch_op.create_index("uq_sent_form_mark", ["mark"], unique=True)

    op.create_table(
        "api_token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("prefix", sa.String(length=12), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_api_token_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_token_token_hash")),
    )
    with op.batch_alter_table("api_token", schema=None) as batch_op:
        batch_op.create_index("ix_api_token_person_id", ["person_id"], unique=False)

    op.create_table(
        "call_recording",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("provider", sa.String(length=20), nullable=False),
        sa.Column("ref", sa.String(length=80), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=4), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("world", sa.Integer(), nullable=False),
        sa.Column("division_code", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_call_recording_call_id_call")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_recording")),
    )
    with op.batch_alter_table("call_recording", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_call_recording_call_id"), ["call_id"], unique=False)
        batch_op.create_index("ix_call_recording_state_next_at", ["state", "next_at"], unique=False)
        batch_op.create_index("uq_call_recording_provider_ref", ["provider", "ref"], unique=True)

    op.create_table(
        "casualty",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("sex", sa.String(length=1), nullable=False),
        sa.Column("age", sa.Integer(), nullable=True),
        sa.Column("home", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("source", sa.String(length=120), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("was_missing", sa.Boolean(), nullable=False),
        sa.Column("turned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("turned_by", sa.String(length=80), nullable=False),
        sa.Column("turned_note", sa.String(length=300), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_by_id", sa.Integer(), nullable=True),
        sa.Column("noted_by", sa.String(length=80), nullable=False),
        sa.Column("struck_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("struck_by", sa.String(length=80), nullable=False),
        sa.Column("struck_reason", sa.String(length=300), nullable=False),
        sa.Column("world", sa.Integer(), nullable=False),
        sa.Column("division_code", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_casualty_incident_id_incident")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_casualty")),
    )
    with op.batch_alter_table("casualty", schema=None) as batch_op:
        batch_op.create_index("ix_casualty_incident_id_division_code", ["incident_id", "division_code"], unique=False)

    op.create_table(
        "damaged_house",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("household", sa.String(length=60), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("collapsed", sa.Integer(), nullable=False),
        sa.Column("severe", sa.Integer(), nullable=False),
        sa.Column("minor", sa.Integer(), nullable=False),
        sa.Column("dwelling", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_by_id", sa.Integer(), nullable=True),
        sa.Column("noted_by", sa.String(length=80), nullable=False),
        sa.Column("struck_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("struck_by", sa.String(length=80), nullable=False),
        sa.Column("struck_reason", sa.String(length=300), nullable=False),
        sa.Column("world", sa.Integer(), nullable=False),
        sa.Column("division_code", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_damaged_house_incident_id_incident")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_damaged_house")),
    )
    with op.batch_alter_table("damaged_house", schema=None) as batch_op:
        batch_op.create_index(
            "ix_damaged_house_incident_id_division_code", ["incident_id", "division_code"], unique=False
        )

    op.create_table(
        "delegation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("granted_by", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("role", sa.String(length=20), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("division_code", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(["granted_by"], ["person.id"], name=op.f("fk_delegation_granted_by_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_delegation_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegation")),
    )
    with op.batch_alter_table("delegation", schema=None) as batch_op:
        batch_op.create_index("ix_delegation_person_id", ["person_id"], unique=False)

    op.create_table(
        "drill_participant",
        sa.Column("drill_id", sa.Integer(), nullable=False),
        sa.Column("division_code", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(["drill_id"], ["drill.id"], name=op.f("fk_drill_participant_drill_id_drill")),
        sa.PrimaryKeyConstraint("drill_id", "division_code", name=op.f("pk_drill_participant")),
    )
    op.create_table(
        "due",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("to_code", sa.String(length=12), nullable=False),
        sa.Column("also_code", sa.String(length=12), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=True),
        sa.Column("round_on", sa.String(length=10), nullable=False),
        sa.Column("started_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column("asks", sa.Boolean(), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_id", sa.Integer(), nullable=True),
        sa.Column("nags", sa.Integer(), nullable=False),
        sa.Column("nagged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("escalated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("met_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("met_by", sa.String(length=10), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("world", sa.Integer(), nullable=False),
        sa.Column("division_code", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_due_incident_id_incident")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_due")),
    )
    with op.batch_alter_table("due", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_due_incident_id"), ["incident_id"], unique=False)
        batch_op.create_index(
            "ix_due_next_at",
            ["next_at"],
            unique=False,
            sqlite_where=sa.text("status = 'open'"),
            postgresql_where=sa.text("status = 'open'"),
        )
        batch_op.create_index("ix_due_world_division_code_due_at", ["world", "division_code", "due_at"], unique=False)
        batch_op.create_index("ix_due_world_to_code_due_at", ["world", "to_code", "due_at"], unique=False)
        batch_op.create_index("uq_due_world_key", ["world", "key"], unique=True)

    op.create_table(
        "hand_off",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("origin_id", sa.Integer(), nullable=False),
        sa.Column("line", sa.String(length=20), nullable=False),
        sa.Column("because", sa.String(length=200), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("needed", sa.Boolean(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_to", sa.String(length=80), nullable=False),
        sa.Column("told_by", sa.String(length=80), nullable=False),
        sa.Column("told_by_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("world", sa.Integer(), nullable=False),
        sa.Column("division_code", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_hand_off_incident_id_incident")),
        sa.ForeignKeyConstraint(["origin_id"], ["incident.id"], name=op.f("fk_hand_off_origin_id_incident")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hand_off")),
    )
    with op.batch_alter_table("hand_off", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hand_off_incident_id"), ["incident_id"], unique=False)
        batch_op.create_index("uq_hand_off_origin_id_line", ["origin_id", "line"], unique=True)

    op.create_table(
        "join_proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("first_id", sa.Integer(), nullable=False),
        sa.Column("second_id", sa.Integer(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=80), nullable=False),
        sa.Column("world", sa.Integer(), nullable=False),
        sa.Column("division_code", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(["first_id"], ["incident.id"], name=op.f("fk_join_proposal_first_id_incident")),
        sa.ForeignKeyConstraint(["second_id"], ["incident.id"], name=op.f("fk_join_proposal_second_id_incident")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_join_proposal")),
    )
    with op.batch_alter_table("join_proposal", schema=None) as batch_op:
        batch_op.create_index("ix_join_proposal_second_id", ["second_id"], unique=False)
        batch_op.create_index("ix_join_proposal_world_status", ["world", "status"], unique=False)
        batch_op.create_index("uq_join_proposal_pair", ["first_id", "second_id"], unique=True)

    op.create_table(
        "joining",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kept_id", sa.Integer(), nullable=False),
        sa.Column("gone_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("moved", sa.Text(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.String(length=80), nullable=False),
        sa.Column("world", sa.Integer(), nullable=False),
        sa.Column("division_code", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(["gone_id"], ["incident.id"], name=op.f("fk_joining_gone_id_incident")),
        sa.ForeignKeyConstraint(["kept_id"], ["incident.id"], name=op.f("fk_joining_kept_id_incident")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_joining")),
    )
    with op.batch_alter_table("joining", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_joining_gone_id"), ["gone_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_joining_kept_id"), ["kept_id"], unique=False)

    op.create_table(
        "phone",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("e164", sa.String(length=16), nullable=False),
        sa.Column("is_primary", sa.Boolean(), nullable=False),
        sa.Column("label", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_phone_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phone")),
        sa.UniqueConstraint("e164", name=op.f("uq_phone_e164")),
    )
    with op.batch_alter_table("phone", schema=None) as batch_op:
        batch_op.create_index("ix_phone_person_id", ["person_id"], unique=False)

    op.create_table(
        "report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("hazard", sa.String(length=20), nullable=True),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lng", sa.Double(), nullable=True),
        sa.Column("accuracy", sa.Double(), nullable=True),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("occurred_text", sa.String(length=60), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("reporter_id", sa.Integer(), nullable=True),
        sa.Column("reporter_name", sa.String(length=80), nullable=False),
        sa.Column("reporter_phone", sa.String(length=40), nullable=False),
        sa.Column("typed_by_id", sa.Integer(), nullable=True),
        sa.Column("typed_by_name", sa.String(length=80), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("reviewed_by", sa.String(length=80), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=True),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("basis", sa.String(length=8), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fingerprint", sa.String(length=16), nullable=True),
        sa.Column("asks", sa.String(length=24), nullable=False),
        sa.Column("amended", sa.Boolean(), nullable=False),
        sa.Column("because", sa.String(length=300), nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.Column("needs", sa.Text(), nullable=False),
        sa.Column("urgent", sa.Text(), nullable=False),
        sa.Column("warnings", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("ref", sa.String(length=40), nullable=False),
        sa.Column("inbound_id", sa.Integer(), nullable=True),
        sa.Column("form_key", sa.String(length=80), nullable=True),
        sa.Column("world", sa.Integer(), nullable=False),
        sa.Column("division_code", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_report_incident_id_incident")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
    )
    with op.batch_alter_table("report", schema=None) as batch_op:
        batch_op.create_index("ix_report_incident_id_division_code", ["incident_id", "division_code"], unique=False)
        batch_op.create_index("ix_report_reporter_id_fingerprint", ["reporter_id", "fingerprint"], unique=False)
        batch_op.create_index("ix_report_reporter_id_id", ["reporter_id", "id"], unique=False)
        batch_op.create_index("ix_report_world_division_code_id", ["world", "division_code", "id"], unique=False)
        batch_op.create_index("uq_report_typed_by_id_form_key", ["typed_by_id", "form_key"], unique=True)

    op.create_table(
        "response",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("level", sa.String(length=10), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("authorised_id", sa.Integer(), nullable=True),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ordered_by", sa.String(length=80), nullable=False),
        sa.Column("order_of", sa.Integer(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_authorised_id", sa.Integer(), nullable=True),
        sa.Column("summary", sa.String(length=1000), nullable=False),
        sa.Column("world", sa.Integer(), nullable=False),
        sa.Column("division_code", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(
            ["authorised_id"], ["authorisation.id"], name=op.f("fk_response_authorised_id_authorisation")
        ),
        sa.ForeignKeyConstraint(
            ["ended_authorised_id"], ["authorisation.id"], name=op.f("fk_response_ended_authorised_id_authorisation")
        ),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_response_incident_id_incident")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_response")),
    )
    with op.batch_alter_table("response", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_response_incident_id"), ["incident_id"], unique=False)
        batch_op.create_index("ix_response_world_status", ["world", "status"], unique=False)
        batch_op.create_index(
            "uq_response_ordered",
            ["world", "incident_id", "division_code"],
            unique=True,
            sqlite_where=sa.text("status = 'ordered'"),
            postgresql_where=sa.text("status = 'ordered'"),
        )
        batch_op.create_index(
            "uq_response_world_incident_id_division_code",
            ["world", "incident_id", "division_code"],
            unique=True,
            sqlite_where=sa.text("status = 'running'"),
            postgresql_where=sa.text("status = 'running'"),
        )

    op.create_table(
        "role_grant",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_role_grant_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", "role", name=op.f("pk_role_grant")),
    )
    with op.batch_alter_table("role_grant", schema=None) as batch_op:
        batch_op.create_index("ix_role_grant_role", ["role"], unique=False)

    op.create_table(
        "standing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("own", sa.Text(), nullable=False),
        sa.Column("added", sa.Text(), nullable=False),
        sa.Column("below", sa.Text(), nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.Column("reports", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_id", sa.Integer(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_id", sa.Integer(), nullable=True),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("world", sa.Integer(), nullable=False),
        sa.Column("division_code", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_standing_incident_id_incident")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standing")),
    )
    with op.batch_alter_table("standing", schema=None) as batch_op:
        batch_op.create_index("ix_standing_world_division_code", ["world", "division_code"], unique=False)
        batch_op.create_index(
            "uq_standing_incident_id_division_code_source", ["incident_id", "division_code", "source"], unique=True
        )

    op.create_table(
        "standing_day",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.Column("reports", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("world", sa.Integer(), nullable=False),
        sa.Column("division_code", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_standing_day_incident_id_incident")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standing_day")),
    )
    with op.batch_alter_table("standing_day", schema=None) as batch_op:
        batch_op.create_index("ix_standing_day_world_day", ["world", "day"], unique=False)
        batch_op.create_index("uq_standing_day", ["incident_id", "division_code", "source", "day"], unique=True)

    op.create_table(
        "submission",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("to", sa.Text(), nullable=False),
        sa.Column("leap", sa.Boolean(), nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.Column("difference", sa.Text(), nullable=False),
        sa.Column("reporting", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("by_name", sa.String(length=80), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("authorisation_id", sa.Integer(), nullable=True),
        sa.Column("world", sa.Integer(), nullable=False),
        sa.Column("division_code", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_submission_incident_id_incident")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission")),
    )
    with op.batch_alter_table("submission", schema=None) as batch_op:
        batch_op.create_index("ix_submission_incident_id_division_code", ["incident_id", "division_code"], unique=False)

    op.create_table(
        "team",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("type", sa.String(length=30), nullable=False),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lng", sa.Double(), nullable=True),
        sa.Column("leader_id", sa.Integer(), nullable=True),
        sa.Column("deputy_id", sa.Integer(), nullable=True),
        sa.Column("equipment", sa.String(length=1000), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("stood_down", sa.String(length=200), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("division_code", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(["deputy_id"], ["person.id"], name=op.f("fk_team_deputy_id_person")),
        sa.ForeignKeyConstraint(["leader_id"], ["person.id"], name=op.f("fk_team_leader_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team")),
    )
    with op.batch_alter_table("team", schema=None) as batch_op:
        batch_op.create_index("ix_team_deputy_id", ["deputy_id"], unique=False)
        batch_op.create_index("ix_team_leader_id", ["leader_id"], unique=False)
        batch_op.create_index("uq_team_division_code_name", ["division_code", "name"], unique=True)

    op.create_table(
        "warehouse",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("tier", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lng", sa.Double(), nullable=True),
        sa.Column("keeper_id", sa.Integer(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("division_code", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(["keeper_id"], ["person.id"], name=op.f("fk_warehouse_keeper_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_warehouse")),
        sa.UniqueConstraint("division_code", "name", name=op.f("uq_warehouse_division_code_name")),
    )
    op.create_table(
        "web_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("world", sa.Integer(), nullable=False),
        sa.Column("ip", sa.String(length=45), nullable=False),
        sa.Column("user_agent", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_web_session_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_web_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_web_session_token_hash")),
    )
    with op.batch_alter_table("web_session", schema=None) as batch_op:
        batch_op.create_index("ix_web_session_person_id", ["person_id"], unique=False)

    op.create_table(
        "balance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("warehouse_id", sa.Integer(), nullable=False),
        sa.Column("item", sa.String(length=40), nullable=False),
        sa.Column("lot_id", sa.Integer(), nullable=False),
        sa.Column("on_hand", sa.Integer(), nullable=False),
        sa.Column("reserved", sa.Integer(), nullable=False),
        sa.Column("world", sa.Integer(), nullable=False),
        sa.CheckConstraint("on_hand >= 0", name=op.f("ck_balance_on_hand_not_negative")),
        sa.CheckConstraint("reserved <= on_hand", name=op.f("ck_balance_reserved_on_hand")),
        sa.CheckConstraint("reserved >= 0", name=op.f("ck_balance_reserved_not_negative")),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_balance_lot_id_lot")),
        sa.ForeignKeyConstraint(["warehouse_id"], ["warehouse.id"], name=op.f("fk_balance_warehouse_id_warehouse")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_balance")),
        sa.UniqueConstraint(
            "world", "warehouse_id", "item", "lot_id", name=op.f("uq_balance_world_warehouse_id_item_lot_id")
        ),
    )
    with op.batch_alter_table("balance", schema=None) as batch_op:
        batch_op.create_index("ix_balance_world_item", ["world", "item"], unique=False)

    op.create_table(
        "document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("warehouse_id", sa.Integer(), nullable=True),
        sa.Column("to_warehouse_id", sa.Integer(), nullable=True),
        sa.Column("mission", sa.String(length=16), nullable=False),
        sa.Column("incident", sa.String(length=16), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("place_division", sa.String(length=12), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("authorised_by", sa.String(length=80), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("actor_name", sa.String(length=80), nullable=False),
        sa.Column("approver_id", sa.Integer(), nullable=True),
        sa.Column("approver_name", sa.String(length=80), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("world", sa.Integer(), nullable=False),
        sa.Column("division_code", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(
            ["to_warehouse_id"], ["warehouse.id"], name=op.f("fk_document_to_warehouse_id_warehouse")
        ),
        sa.ForeignKeyConstraint(["warehouse_id"], ["warehouse.id"], name=op.f("fk_document_warehouse_id_warehouse")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
    )
    with op.batch_alter_table("document", schema=None) as batch_op:
        batch_op.create_index("ix_document_world_mission", ["world", "mission"], unique=False)
        batch_op.create_index("ix_document_world_warehouse_id", ["world", "warehouse_id", "id"], unique=False)

    op.create_table(
        "mission",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident", sa.String(length=20), nullable=False),
        sa.Column("hazard", sa.String(length=20), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lng", sa.Double(), nullable=True),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("leader_id", sa.Integer(), nullable=True),
        sa.Column("deputy_id", sa.Integer(), nullable=True),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("km", sa.Double(), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("goods", sa.JSON(), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("confirmed_by", sa.String(length=80), nullable=False),
        sa.Column("confirmed_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("alerted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deputy_told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("no_answer_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("declined_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("en_route_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("working_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("world", sa.Integer(), nullable=False),
        sa.Column("division_code", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(["deputy_id"], ["person.id"], name=op.f("fk_mission_deputy_id_person")),
        sa.ForeignKeyConstraint(["leader_id"], ["person.id"], name=op.f("fk_mission_leader_id_person")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_mission_team_id_team")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mission")),
    )
    with op.batch_alter_table("mission", schema=None) as batch_op:
        batch_op.create_index("ix_mission_deputy_id", ["deputy_id"], unique=False)
        batch_op.create_index("ix_mission_leader_id", ["leader_id"], unique=False)
        batch_op.create_index("ix_mission_world_incident", ["world", "incident"], unique=False)
        batch_op.create_index("ix_mission_world_status_id", ["world", "status", "id"], unique=False)
        batch_op.create_index(
            "uq_mission_world_team_id",
            ["world", "team_id"],
            unique=True,
            sqlite_where=sa.text(
                "status IN ('created', 'alerted', 'no_answer', 'acknowledged', 'en_route', 'arrived', 'working')"
            ),
            postgresql_where=sa.text(
                "status IN ('created', 'alerted', 'no_answer', 'acknowledged', 'en_route', 'arrived', 'working')"
            ),
        )

    op.create_table(
        "report_amendment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("by_name", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("world", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_report_amendment_report_id_report")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_amendment")),
    )
    with op.batch_alter_table("report_amendment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_report_amendment_report_id"), ["report_id"], unique=False)

    op.create_table(
        "report_photo",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lng", sa.Double(), nullable=True),
        sa.Column("world", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_report_photo_report_id_report")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_photo")),
    )
    with op.batch_alter_table("report_photo", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_report_photo_report_id"), ["report_id"], unique=False)

    op.create_table(
        "reservation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mission", sa.String(length=16), nullable=False),
        sa.Column("warehouse_id", sa.Integer(), nullable=False),
        sa.Column("item", sa.String(length=40), nullable=False),
        sa.Column("lot_id", sa.Integer(), nullable=False),
        sa.Column("qty", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("incident", sa.String(length=16), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("issued", sa.Integer(), nullable=False),
        sa.Column("released", sa.Integer(), nullable=False),
        sa.Column("world", sa.Integer(), nullable=False),
        sa.Column("division_code", sa.String(length=12), nullable=False),
        sa.CheckConstraint("issued + released <= qty", name=op.f("ck_reservation_within_qty")),
        sa.CheckConstraint("qty > 0 AND issued >= 0 AND released >= 0", name=op.f("ck_reservation_not_negative")),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_reservation_lot_id_lot")),
        sa.ForeignKeyConstraint(["warehouse_id"], ["warehouse.id"], name=op.f("fk_reservation_warehouse_id_warehouse")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reservation")),
    )
    with op.batch_alter_table("reservation", schema=None) as batch_op:
        batch_op.create_index("ix_reservation_world_mission", ["world", "mission"], unique=False)
        batch_op.create_index("ix_reservation_world_warehouse_id", ["world", "warehouse_id"], unique=False)

    op.create_table(
        "team_member",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("certificate_no", sa.String(length=60), nullable=False),
        sa.Column("issued", sa.Date(), nullable=True),
        sa.Column("expires", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_team_member_person_id_person")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_team_member_team_id_team")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team_member")),
    )
    with op.batch_alter_table("team_member", schema=None) as batch_op:
        batch_op.create_index("ix_team_member_team_id", ["team_id"], unique=False)

    op.create_table(
        "count_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("item", sa.String(length=40), nullable=False),
        sa.Column("lot_id", sa.Integer(), nullable=False),
        sa.Column("book", sa.Integer(), nullable=False),
        sa.Column("counted", sa.Integer(), nullable=False),
        sa.Column("world", sa.Integer(), nullable=False),
        sa.CheckConstraint("counted >= 0", name=op.f("ck_count_line_counted_not_negative")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_count_line_document_id_document")),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_count_line_lot_id_lot")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_count_line")),
        sa.UniqueConstraint("document_id", "lot_id", name=op.f("uq_count_line_document_id_lot_id")),
    )
    op.create_table(
        "movement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("item", sa.String(length=40), nullable=False),
        sa.Column("lot_id", sa.Integer(), nullable=False),
        sa.Column("from_location", sa.String(length=30), nullable=False),
        sa.Column("to_location", sa.String(length=30), nullable=False),
        sa.Column("qty", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("world", sa.Integer(), nullable=False),
        sa.CheckConstraint("qty > 0", name=op.f("ck_movement_qty_positive")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_movement_document_id_document")),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_movement_lot_id_lot")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_movement")),
    )
    with op.batch_alter_table("movement", schema=None) as batch_op:
        batch_op.create_index("ix_movement_document_id", ["document_id"], unique=False)
        batch_op.create_index("ix_movement_lot_id_id", ["lot_id", "id"], unique=False)

    op.create_table(
        "transit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("warehouse_id", sa.Integer(), nullable=False),
        sa.Column("item", sa.String(length=40), nullable=False),
        sa.Column("lot_id", sa.Integer(), nullable=False),
        sa.Column("sent", sa.Integer(), nullable=False),
        sa.Column("mission", sa.String(length=16), nullable=False),
        sa.Column("arrived", sa.Integer(), nullable=False),
        sa.Column("returned", sa.Integer(), nullable=False),
        sa.Column("world", sa.Integer(), nullable=False),
        sa.CheckConstraint("arrived + returned <= sent", name=op.f("ck_transit_within_sent")),
        sa.CheckConstraint("sent > 0 AND arrived >= 0 AND returned >= 0", name=op.f("ck_transit_not_negative")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_transit_document_id_document")),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_transit_lot_id_lot")),
        sa.ForeignKeyConstraint(["warehouse_id"], ["warehouse.id"], name=op.f("fk_transit_warehouse_id_warehouse")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transit")),
    )
    with op.batch_alter_table("transit", schema=None) as batch_op:
        batch_op.create_index("ix_transit_document_id", ["document_id"], unique=False)
        batch_op.create_index("ix_transit_world_mission", ["world", "mission"], unique=False)
    # Newest-first pages of a subtree (DOMAIN §5.1 gives the lengths of the codes).
    for length in (4, 6, 9):
        columns = f"world, substr(division_code, 1, {length}), id"
        op.execute(f"CREATE INDEX ix_report_world_division_{length}_id ON report ({columns})")


def downgrade() -> None:
    """Back to the shape before."""
    with op.batch_alter_table("transit", schema=None) as batch_op:
        batch_op.drop_index("ix_transit_world_mission")
        batch_op.drop_index("ix_transit_document_id")

    op.drop_table("transit")
    with op.batch_alter_table("movement", schema=None) as batch_op:
        batch_op.drop_index("ix_movement_lot_id_id")
        batch_op.drop_index("ix_movement_document_id")

    op.drop_table("movement")
    op.drop_table("count_line")
    with op.batch_alter_table("team_member", schema=None) as batch_op:
        batch_op.drop_index("ix_team_member_team_id")

    op.drop_table("team_member")
    with op.batch_alter_table("reservation", schema=None) as batch_op:
        batch_op.drop_index("ix_reservation_world_warehouse_id")
        batch_op.drop_index("ix_reservation_world_mission")

    op.drop_table("reservation")
    with op.batch_alter_table("report_photo", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_report_photo_report_id"))

    op.drop_table("report_photo")
    with op.batch_alter_table("report_amendment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_report_amendment_report_id"))

    op.drop_table("report_amendment")
    with op.batch_alter_table("mission", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_mission_world_team_id",
            sqlite_where=sa.text(
                "status IN ('created', 'alerted', 'no_answer', 'acknowledged', 'en_route', 'arrived', 'working')"
            ),
            postgresql_where=sa.text(
                "status IN ('created', 'alerted', 'no_answer', 'acknowledged', 'en_route', 'arrived', 'working')"
            ),
        )
        batch_op.drop_index("ix_mission_world_status_id")
        batch_op.drop_index("ix_mission_world_incident")
        batch_op.drop_index("ix_mission_leader_id")
        batch_op.drop_index("ix_mission_deputy_id")

    op.drop_table("mission")
    with op.batch_alter_table("document", schema=None) as batch_op:
        batch_op.drop_index("ix_document_world_warehouse_id")
        batch_op.drop_index("ix_document_world_mission")

    op.drop_table("document")
    with op.batch_alter_table("balance", schema=None) as batch_op:
        batch_op.drop_index("ix_balance_world_item")

    op.drop_table("balance")
    with op.batch_alter_table("web_session", schema=None) as batch_op:
        batch_op.drop_index("ix_web_session_person_id")

    op.drop_table("web_session")
    op.drop_table("warehouse")
    with op.batch_alter_table("team", schema=None) as batch_op:
        batch_op.drop_index("uq_team_division_code_name")
        batch_op.drop_index("ix_team_leader_id")
        batch_op.drop_index("ix_team_deputy_id")

    op.drop_table("team")
    with op.batch_alter_table("submission", schema=None) as batch_op:
        batch_op.drop_index("ix_submission_incident_id_division_code")

    op.drop_table("submission")
    with op.batch_alter_table("standing_day", schema=None) as batch_op:
        batch_op.drop_index("uq_standing_day")
        batch_op.drop_index("ix_standing_day_world_day")

    op.drop_table("standing_day")
    with op.batch_alter_table("standing", schema=None) as batch_op:
        batch_op.drop_index("uq_standing_incident_id_division_code_source")
        batch_op.drop_index("ix_standing_world_division_code")

    op.drop_table("standing")
    with op.batch_alter_table("role_grant", schema=None) as batch_op:
        batch_op.drop_index("ix_role_grant_role")

    op.drop_table("role_grant")
    with op.batch_alter_table("response", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_response_world_incident_id_division_code",
            sqlite_where=sa.text("status = 'running'"),
            postgresql_where=sa.text("status = 'running'"),
        )
        batch_op.drop_index(
            "uq_response_ordered",
            sqlite_where=sa.text("status = 'ordered'"),
            postgresql_where=sa.text("status = 'ordered'"),
        )
        batch_op.drop_index("ix_response_world_status")
        batch_op.drop_index(batch_op.f("ix_response_incident_id"))

    op.drop_table("response")
    with op.batch_alter_table("report", schema=None) as batch_op:
        batch_op.drop_index("uq_report_typed_by_id_form_key")
        batch_op.drop_index("ix_report_world_division_code_id")
        batch_op.drop_index("ix_report_reporter_id_id")
        batch_op.drop_index("ix_report_reporter_id_fingerprint")
        batch_op.drop_index("ix_report_incident_id_division_code")

    op.drop_table("report")
    with op.batch_alter_table("phone", schema=None) as batch_op:
        batch_op.drop_index("ix_phone_person_id")

    op.drop_table("phone")
    with op.batch_alter_table("joining", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_joining_kept_id"))
        batch_op.drop_index(batch_op.f("ix_joining_gone_id"))

    op.drop_table("joining")
    with op.batch_alter_table("join_proposal", schema=None) as batch_op:
        batch_op.drop_index("uq_join_proposal_pair")
        batch_op.drop_index("ix_join_proposal_world_status")
        batch_op.drop_index("ix_join_proposal_second_id")

    op.drop_table("join_proposal")
    with op.batch_alter_table("hand_off", schema=None) as batch_op:
        batch_op.drop_index("uq_hand_off_origin_id_line")
        batch_op.drop_index(batch_op.f("ix_hand_off_incident_id"))

    op.drop_table("hand_off")
    with op.batch_alter_table("due", schema=None) as batch_op:
        batch_op.drop_index("uq_due_world_key")
        batch_op.drop_index("ix_due_world_to_code_due_at")
        batch_op.drop_index("ix_due_world_division_code_due_at")
        batch_op.drop_index(
            "ix_due_next_at", sqlite_where=sa.text("status = 'open'"), postgresql_where=sa.text("status = 'open'")
        )
        batch_op.drop_index(batch_op.f("ix_due_incident_id"))

    op.drop_table("due")
    op.drop_table("drill_participant")
    with op.batch_alter_table("delegation", schema=None) as batch_op:
        batch_op.drop_index("ix_delegation_person_id")

    op.drop_table("delegation")
    with op.batch_alter_table("damaged_house", schema=None) as batch_op:
        batch_op.drop_index("ix_damaged_house_incident_id_division_code")

    op.drop_table("damaged_house")
    with op.batch_alter_table("casualty", schema=None) as batch_op:
        batch_op.drop_index("ix_casualty_incident_id_division_code")

    op.drop_table("casualty")
    with op.batch_alter_table("call_recording", schema=None) as batch_op:
        batch_op.drop_index("uq_call_recording_provider_ref")
        batch_op.drop_index("ix_call_recording_state_next_at")
        batch_op.drop_index(batch_op.f("ix_call_recording_call_id"))

    op.drop_table("call_recording")
    with op.batch_alter_table("api_token", schema=None) as batch_op:
        batch_op.drop_index("ix_api_token_person_id")

    op.drop_table("api_token")
    with op.batch_alter_table("sent_form", schema=None) as batch_op:
        batch_op.drop_index("uq_sent_form_mark")

    op.drop_table("sent_form")
    op.drop_table("profile")
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_index("ix_person_division_code")

    op.drop_table("person")
    with op.batch_alter_table("outbound", schema=None) as batch_op:
        batch_op.drop_index("uq_outbound_dedup")
        batch_op.drop_index("ix_outbound_subject")
        batch_op.drop_index("ix_outbound_status_next_at")
        batch_op.drop_index("ix_outbound_number_id")

    op.drop_table("outbound")
    op.drop_table("lot")
    with op.batch_alter_table("incident", schema=None) as batch_op:
        batch_op.drop_index("ix_incident_world_status_id")
        batch_op.drop_index("ix_incident_origin_code")
        batch_op.drop_index(batch_op.f("ix_incident_merged_into"))
        batch_op.drop_index("ix_incident_division_code_hazard")

    op.drop_table("incident")
    with op.batch_alter_table("inbound", schema=None) as batch_op:
        batch_op.drop_index("uq_inbound_gateway_provider_id")
        batch_op.drop_index("ix_inbound_subject")
        batch_op.drop_index("ix_inbound_outcome_id")
        batch_op.drop_index("ix_inbound_number_id")

    op.drop_table("inbound")
    with op.batch_alter_table("idempotency", schema=None) as batch_op:
        batch_op.drop_index("uq_idempotency_world_person_id_key")

    op.drop_table("idempotency")
    with op.batch_alter_table("hotline_question", schema=None) as batch_op:
        batch_op.drop_index("ix_hotline_question_person_id_id")

    op.drop_table("hotline_question")
    op.drop_table("heartbeat")
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.drop_index("ix_event_subject_seq")
        batch_op.drop_index("ix_event_actor_seq")

    op.drop_table("event")
    op.drop_table("due_mark")
    op.drop_table("drill_feed")
    with op.batch_alter_table("drill", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_drill_status"))
        batch_op.drop_index("ix_drill_planned_at")

    op.drop_table("drill")
    op.drop_table("division")
    with op.batch_alter_table("call", schema=None) as batch_op:
        batch_op.drop_index("uq_call_provider_call_ref")
        batch_op.drop_index("ix_call_ended_at_touched_at")

    op.drop_table("call")
    op.drop_table("backoff")
    with op.batch_alter_table("authorisation", schema=None) as batch_op:
        batch_op.drop_index("ix_authorisation_world_subject")
        batch_op.drop_index(
            "ix_authorisation_due",
            sqlite_where=sa.text("countersign_due IS NOT NULL AND countersigned_at IS NULL"),
            postgresql_where=sa.text("countersign_due IS NOT NULL AND countersigned_at IS NULL"),
        )

    op.drop_table("authorisation")
