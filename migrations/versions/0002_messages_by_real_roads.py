"""Messages by real roads."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To the shape of this revision."""
    op.create_table(
        "attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("outbound_id", sa.Integer(), nullable=False),
        sa.Column("nth", sa.Integer(), nullable=False),
        sa.Column("gateway", sa.String(length=24), nullable=False),
        sa.Column("line", sa.String(length=24), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("words", sa.String(length=40), nullable=False),
        sa.Column("template", sa.String(length=60), nullable=False),
        sa.Column("taken", sa.Boolean(), nullable=False),
        sa.Column("voice", sa.Boolean(), nullable=False),
        sa.Column("provider_id", sa.String(length=80), nullable=False),
        sa.Column("code", sa.String(length=200), nullable=False),
        sa.Column("category", sa.String(length=20), nullable=False),
        sa.Column("segments", sa.Integer(), nullable=False),
        sa.Column("cost", sa.Integer(), nullable=False),
        sa.Column("world", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
    )
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.create_index("ix_attempt_gateway_line_at", ["gateway", "voice", "taken", "line", "at"], unique=False)
        batch_op.create_index("ix_attempt_number_at", ["number", "at"], unique=False)
        batch_op.create_index("ix_attempt_outbound_id_nth", ["outbound_id", "nth"], unique=False)
        batch_op.create_index(
            "ix_attempt_provider_id",
            ["provider_id", "gateway"],
            unique=False,
            sqlite_where=sa.text("provider_id <> ''"),
            postgresql_where=sa.text("provider_id <> ''"),
        )

    op.create_table(
        "broadcast",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dedup", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("warning", sa.Text(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("options", sa.Text(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(length=80), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("world", sa.Integer(), nullable=False),
        sa.Column("division_code", sa.String(length=12), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broadcast")),
    )
    with op.batch_alter_table("broadcast", schema=None) as batch_op:
        batch_op.create_index("ix_broadcast_world_division_code_id", ["world", "division_code", "id"], unique=False)
        batch_op.create_index("ix_broadcast_world_state_id", ["world", "state", "id"], unique=False)
        batch_op.create_index("uq_broadcast_dedup", ["dedup"], unique=True)

    op.create_table(
        "broadcast_recipient",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("broadcast_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("problem", sa.String(length=20), nullable=False),
        sa.Column("lang", sa.String(length=2), nullable=False),
        sa.Column("post", sa.String(length=1), nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hand_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.String(length=8), nullable=False),
        sa.Column("said", sa.String(length=200), nullable=False),
        sa.Column("via", sa.String(length=12), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("world", sa.Integer(), nullable=False),
        sa.Column("division_code", sa.String(length=12), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broadcast_recipient")),
    )
    with op.batch_alter_table("broadcast_recipient", schema=None) as batch_op:
        batch_op.create_index("ix_broadcast_recipient_person_id_told_at", ["person_id", "told_at"], unique=False)
        batch_op.create_index(
            "uq_broadcast_recipient_broadcast_id_person_id", ["broadcast_id", "person_id"], unique=True
        )

    op.create_table(
        "enrolment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("said", sa.String(length=200), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("decided_by", sa.String(length=80), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("division_code", sa.String(length=12), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolment")),
    )
    with op.batch_alter_table("enrolment", schema=None) as batch_op:
        batch_op.create_index("ix_enrolment_state_id", ["state", "id"], unique=False)
        batch_op.create_index(
            "uq_enrolment_open",
            ["number"],
            unique=True,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )

    op.create_table(
        "hand_call",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dedup", sa.String(length=200), nullable=False),
        sa.Column("outbound_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("script", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(length=24), nullable=False),
        sa.Column("detail", sa.String(length=200), nullable=False),
        sa.Column("template", sa.String(length=60), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("taken_by", sa.String(length=80), nullable=False),
        sa.Column("taken_by_id", sa.Integer(), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("wanted", sa.String(length=80), nullable=False),
        sa.Column("options", sa.Text(), nullable=False),
        sa.Column("answer", sa.String(length=8), nullable=False),
        sa.Column("said", sa.String(length=200), nullable=False),
        sa.Column("ended_by", sa.String(length=80), nullable=False),
        sa.Column("world", sa.Integer(), nullable=False),
        sa.Column("division_code", sa.String(length=12), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hand_call")),
    )
    with op.batch_alter_table("hand_call", schema=None) as batch_op:
        batch_op.create_index("ix_hand_call_outbound_id", ["outbound_id"], unique=False)
        batch_op.create_index("ix_hand_call_person_id_ended_at", ["person_id", "ended_at"], unique=False)
        batch_op.create_index("ix_hand_call_subject", ["subject"], unique=False)
        batch_op.create_index("ix_hand_call_world_state", ["world", "state", "priority", "id"], unique=False)
        batch_op.create_index("uq_hand_call_dedup", ["dedup"], unique=True)

    op.create_table(
        "pretend_phone",
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("delay_seconds", sa.Integer(), nullable=False),
        sa.Column("loss_percent", sa.Integer(), nullable=False),
        sa.Column("off", sa.Boolean(), nullable=False),
        sa.Column("opted_out", sa.Boolean(), nullable=False),
        sa.Column("blocked", sa.Boolean(), nullable=False),
        sa.Column("duplicates", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_pretend_phone")),
    )
    op.create_table(
        "pretend_receipt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ref", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.String(length=80), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("error", sa.String(length=40), nullable=False),
        sa.Column("category", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pretend_receipt")),
    )
    with op.batch_alter_table("pretend_receipt", schema=None) as batch_op:
        batch_op.create_index("ix_pretend_receipt_due_at", ["due_at"], unique=False)

    op.create_table(
        "reach_test",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("round", sa.String(length=10), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("again_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_from", sa.String(length=40), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("world", sa.Integer(), nullable=False),
        sa.Column("division_code", sa.String(length=12), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reach_test")),
    )
    with op.batch_alter_table("reach_test", schema=None) as batch_op:
        batch_op.create_index("ix_reach_test_division_code", ["division_code"], unique=False)
        batch_op.create_index("ix_reach_test_person_id_id", ["person_id", "id"], unique=False)
        batch_op.create_index("ix_reach_test_state_asked_at", ["state", "asked_at"], unique=False)
        batch_op.create_index("uq_reach_test_person_id_round", ["person_id", "round"], unique=True)

    op.create_table(
        "road",
        sa.Column("name", sa.String(length=48), nullable=False),
        sa.Column("free_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("probe_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.String(length=200), nullable=False),
        sa.Column("well", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=80), nullable=False),
        sa.Column("balance", sa.Integer(), nullable=True),
        sa.Column("signal", sa.Integer(), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trouble", sa.String(length=8), nullable=False),
        sa.Column("alarmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_road")),
    )
    with op.batch_alter_table("inbound", schema=None) as batch_op:
        batch_op.alter_column(
            "gateway", existing_type=sa.VARCHAR(length=20), type_=sa.String(length=24), existing_nullable=False
        )
        batch_op.create_index("ix_inbound_gateway_id", ["gateway", "id"], unique=False)
        batch_op.create_index("ix_inbound_person_id_id", ["person_id", "id"], unique=False)
        batch_op.create_index("ix_inbound_received_at", ["received_at"], unique=False)

    with op.batch_alter_table("outbound", schema=None) as batch_op:
        batch_op.add_column(sa.Column("form", sa.Text(), nullable=False, server_default="{}"))
        batch_op.add_column(sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("road", sa.String(length=24), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("turn", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("segments", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("cost", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("bundle_id", sa.Integer(), nullable=True))
        batch_op.alter_column(
            "gateway", existing_type=sa.VARCHAR(length=20), type_=sa.String(length=24), existing_nullable=False
        )
        batch_op.create_index("ix_outbound_bundle_id", ["bundle_id"], unique=False)
        batch_op.create_index("ix_outbound_created_at", ["created_at"], unique=False)
        batch_op.create_index("ix_outbound_person_id_id", ["person_id", "id"], unique=False)
        batch_op.create_index("ix_outbound_status_road", ["status", "road", "priority", "turn", "id"], unique=False)
        batch_op.create_index(
            "ix_outbound_waits",
            ["number"],
            unique=False,
            sqlite_where=sa.text("status IN ('queued', 'held', 'sending')"),
            postgresql_where=sa.text("status IN ('queued', 'held', 'sending')"),
        )

    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("post", sa.String(length=1), nullable=False, server_default=""))
    # Newest-first pages of a town (DOMAIN §5.1 gives the lengths of the codes).
    for table in ("inbound", "outbound"):
        columns = "substr(division_code, 1, 9), id"
        op.execute(f"CREATE INDEX ix_{table}_division_9_id ON {table} ({columns})")


def downgrade() -> None:
    """Back to the shape before."""
    for table in ("inbound", "outbound"):
        op.execute(f"DROP INDEX ix_{table}_division_9_id")

    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_column("post")

    with op.batch_alter_table("outbound", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_outbound_waits",
            sqlite_where=sa.text("status IN ('queued', 'held', 'sending')"),
            postgresql_where=sa.text("status IN ('queued', 'held', 'sending')"),
        )
        batch_op.drop_index("ix_outbound_status_road")
        batch_op.drop_index("ix_outbound_person_id_id")
        batch_op.drop_index("ix_outbound_created_at")
        batch_op.drop_index("ix_outbound_bundle_id")
        batch_op.alter_column(
            "gateway", existing_type=sa.String(length=24), type_=sa.VARCHAR(length=20), existing_nullable=False
        )
        batch_op.drop_column("bundle_id")
        batch_op.drop_column("cost")
        batch_op.drop_column("segments")
        batch_op.drop_column("turn")
        batch_op.drop_column("road")
        batch_op.drop_column("expires_at")
        batch_op.drop_column("form")

    with op.batch_alter_table("inbound", schema=None) as batch_op:
        batch_op.drop_index("ix_inbound_received_at")
        batch_op.drop_index("ix_inbound_person_id_id")
        batch_op.drop_index("ix_inbound_gateway_id")
        batch_op.alter_column(
            "gateway", existing_type=sa.String(length=24), type_=sa.VARCHAR(length=20), existing_nullable=False
        )

    op.drop_table("road")
    with op.batch_alter_table("reach_test", schema=None) as batch_op:
        batch_op.drop_index("uq_reach_test_person_id_round")
        batch_op.drop_index("ix_reach_test_state_asked_at")
        batch_op.drop_index("ix_reach_test_person_id_id")
        batch_op.drop_index("ix_reach_test_division_code")

    op.drop_table("reach_test")
    with op.batch_alter_table("pretend_receipt", schema=None) as batch_op:
        batch_op.drop_index("ix_pretend_receipt_due_at")

    op.drop_table("pretend_receipt")
    op.drop_table("pretend_phone")
    with op.batch_alter_table("hand_call", schema=None) as batch_op:
        batch_op.drop_index("uq_hand_call_dedup")
        batch_op.drop_index("ix_hand_call_world_state")
        batch_op.drop_index("ix_hand_call_subject")
        batch_op.drop_index("ix_hand_call_person_id_ended_at")
        batch_op.drop_index("ix_hand_call_outbound_id")

    op.drop_table("hand_call")
    with op.batch_alter_table("enrolment", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_enrolment_open", sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'")
        )
        batch_op.drop_index("ix_enrolment_state_id")

    op.drop_table("enrolment")
    with op.batch_alter_table("broadcast_recipient", schema=None) as batch_op:
        batch_op.drop_index("uq_broadcast_recipient_broadcast_id_person_id")
        batch_op.drop_index("ix_broadcast_recipient_person_id_told_at")

    op.drop_table("broadcast_recipient")
    with op.batch_alter_table("broadcast", schema=None) as batch_op:
        batch_op.drop_index("uq_broadcast_dedup")
        batch_op.drop_index("ix_broadcast_world_state_id")
        batch_op.drop_index("ix_broadcast_world_division_code_id")

    op.drop_table("broadcast")
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_attempt_provider_id",
            sqlite_where=sa.text("provider_id <> ''"),
            postgresql_where=sa.text("provider_id <> ''"),
        )
        batch_op.drop_index("ix_attempt_outbound_id_nth")
        batch_op.drop_index("ix_attempt_number_at")
        batch_op.drop_index("ix_attempt_gateway_line_at")

    op.drop_table("attempt")
