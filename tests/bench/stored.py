"""Many submissions stored: copies of those that phones sent, made in the database, since to send them takes an hour.

Each has a submission, a content with a sealed XML, a row of answers and an audit line, all under ids of its own.
"""

from tests.bench.stage import Stage

_BATCH = 100_000

_MODELS = """
    create temporary table models as
    select row_number() over (order by v.id) - 1 as number, s.id, s.form_id, s.form_version_id, s.submitter_id, s.scopes,
           s.user_agent, v.xml, v.xml_hash, a.details, a.actor_id, a.actee_id
    from submissions s
    join submission_versions v on v.submission_id = s.id
    join audits a on a.submission_id = s.id
    where s.form_id = {form} order by v.id limit 1000
"""
_BATCH_OF = """
    create temporary table made as
    select nextval('submissions_id_seq') as id, 'uuid:' || gen_random_uuid() as instance_id, g %% 1000 as number,
           now() - g * interval '1 minute' as at
    from generate_series(1, %s) g
"""
_COPIES = """
    insert into submissions (id, form_id, form_version_id, instance_id, submitter_id, user_agent, scopes, created_at)
    select made.id, form_id, form_version_id, instance_id, submitter_id, user_agent, scopes, at
    from made join models using (number);

    insert into submission_versions (submission_id, form_id, form_version_id, instance_id, xml, xml_hash, submitter_id,
                                     user_agent, scopes, created_at)
    select made.id, form_id, form_version_id, instance_id, xml, xml_hash, submitter_id, user_agent, scopes, at
    from made join models using (number);

    insert into {answers} (submission_id, scopes, {columns})
    select made.id, models.scopes, {columns}
    from made join models using (number) join {answers} a on a.submission_id = models.id;

    insert into audits (logged_at, actor_id, action, actee_id, submission_id, details)
    select at, actor_id, 'submission.create', actee_id, made.id, details from made join models using (number);

    drop table made
"""


def fill(stage: Stage, form_id: str, count: int) -> int:
    """Store copies until the form has `count` submissions; give how many it had."""
    form = stage.form_number(form_id)
    answers = f"answers.a{form}_0_0"
    columns = ", ".join(answer_columns(stage, form))
    had = int(stage.query("select count(*) from submissions where form_id = %s", form)[0][0])
    with stage.connection() as connection:
        connection.execute("set synchronous_commit = off")
        connection.execute(_MODELS.format(form=form))
        for start in range(had, count, _BATCH):
            connection.execute(_BATCH_OF, [min(_BATCH, count - start)])
            connection.execute(_COPIES.format(answers=answers, columns=columns))
        for table in ("submissions", "submission_versions", "audits", answers):
            connection.execute(f"vacuum analyze {table}")
    stage.maintain("checkpoint")
    return had


def answer_columns(stage: Stage, form: int) -> list[str]:
    """List the columns with answers of a form's root."""
    named = stage.query(
        """
        select attname from pg_attribute where attrelid = %s::regclass and attnum > 0 and attname like 'q%%'
        order by attnum
        """,
        f"answers.a{form}_0_0",
    )
    return [name for (name,) in named]
