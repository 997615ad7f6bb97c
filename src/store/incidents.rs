//! Incidents and the rows they are about.

use super::db::{FromRow, Query, Row, Session, Writing};
use super::error::StoreError;
use super::write::WriteSession;
use crate::domain::access::Viewer;
use crate::domain::ids::{EntityId, GroupId, IncidentId, RecordId, RunId, SystemId};
use crate::domain::incident::{Choice, Ending, IncidentKind, IncidentState};
use crate::domain::time::Time;
use crate::store::runs::Run;

/// One problem of one mapping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incident {
    pub id: IncidentId,
    pub kind: IncidentKind,
    pub system: SystemId,
    pub entity: EntityId,
    /// The run that showed it; empty for a storm.
    pub run: RunId,
    pub opened_at: Time,
    /// Records it was opened over, of so many held; 0 where that means nothing.
    pub records: i64,
    pub held: i64,
    pub state: IncidentState,
}

impl FromRow for Incident {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.get::<String>("id")?.into(),
            kind: row.named("kind", IncidentKind::of)?,
            system: row.get::<String>("system")?.into(),
            entity: row.get::<String>("entity")?.into(),
            run: row.get::<String>("run_id")?.into(),
            opened_at: row.time("opened_at")?,
            records: row.get("records")?,
            held: row.get("held")?,
            state: state(row)?,
        })
    }
}

fn state(row: &Row) -> Result<IncidentState, StoreError> {
    let choice = || -> Result<Choice, StoreError> {
        Ok(Choice {
            ending: row.named("ending", Ending::of)?,
            by: row.json("actor")?,
            reason: row.get("reason")?,
            at: row.time("chosen_at")?,
        })
    };
    Ok(match row.get::<String>("state")?.as_str() {
        "open" => IncidentState::Open,
        "working" => IncidentState::Working(choice()?),
        _ => IncidentState::Ended(choice()?, row.time("ended_at")?),
    })
}

/// Stores a new incident.
pub async fn insert(w: &mut WriteSession, incident: &Incident) -> Result<(), StoreError> {
    w.sql(
        "INSERT INTO incidents (id, kind, system, entity, run_id, opened_at, records, held, state)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'open')",
    )
    .bind(&incident.id)
    .bind(incident.kind.as_str())
    .bind(&incident.system)
    .bind(&incident.entity)
    .bind(&incident.run)
    .bind(incident.opened_at)
    .bind(incident.records)
    .bind(incident.held)
    .run_one()
    .await
}

/// Stores where an incident stands; whoever has it in hand gives it back.
pub async fn save_state(
    w: &mut WriteSession,
    id: &IncidentId,
    state: &IncidentState,
) -> Result<(), StoreError> {
    let choice = state.choice();
    let actor = choice.map(|choice| serde_json::to_string(&choice.by)).transpose()?;
    let ended = if let IncidentState::Ended(_, at) = state { Some(*at) } else { None };
    w.sql(
        "UPDATE incidents SET state = $2, ending = $3, actor = $4, reason = $5, chosen_at = $6, ended_at = $7,
             lease_until = NULL WHERE id = $1",
    )
    .bind(id)
    .bind(state.name())
    .bind(choice.map(|choice| choice.ending.as_str()))
    .bind(actor)
    .bind(choice.map(|choice| choice.reason.as_str()))
    .bind(choice.map(|choice| choice.at))
    .bind(ended)
    .run_one()
    .await
}

/// Counts more records to an incident.
pub async fn grow(w: &mut WriteSession, id: &IncidentId, records: i64) -> Result<(), StoreError> {
    w.sql("UPDATE incidents SET records = records + $2 WHERE id = $1").bind(id).bind(records).run_one().await
}

/// The incident, if it exists for this viewer.
pub async fn get(s: &mut Session, viewer: &Viewer, id: &IncidentId) -> Result<Option<Incident>, StoreError> {
    let found: Option<Incident> = s.sql("SELECT * FROM incidents WHERE id = $1").bind(id).maybe().await?;
    Ok(found.filter(|incident| viewer.sees(&incident.entity)))
}

/// The incident, its row locked until the transaction ends.
pub async fn lock(w: &mut WriteSession, id: &IncidentId) -> Result<Option<Incident>, StoreError> {
    let text =
        w.either("SELECT * FROM incidents WHERE id = $1", "SELECT * FROM incidents WHERE id = $1 FOR UPDATE");
    w.sql(text).bind(id).maybe().await
}

/// The incident of that kind that has not ended.
pub async fn unended(
    s: &mut Session,
    system: &SystemId,
    entity: &EntityId,
    kind: IncidentKind,
) -> Result<Option<Incident>, StoreError> {
    s.sql("SELECT * FROM incidents WHERE system = $1 AND entity = $2 AND kind = $3 AND ended_at IS NULL")
        .bind(system)
        .bind(entity)
        .bind(kind.as_str())
        .maybe()
        .await
}

/// The newest incident of that kind that has ended.
pub async fn last_ended(
    s: &mut Session,
    system: &SystemId,
    entity: &EntityId,
    kind: IncidentKind,
) -> Result<Option<Incident>, StoreError> {
    s.sql(
        "SELECT * FROM incidents WHERE system = $1 AND entity = $2 AND kind = $3 AND ended_at IS NOT NULL
         ORDER BY id DESC LIMIT 1",
    )
    .bind(system)
    .bind(entity)
    .bind(kind.as_str())
    .maybe()
    .await
}

/// The incidents of an entity under which differences wait.
pub async fn holding(s: &mut Session, entity: &EntityId) -> Result<Vec<Incident>, StoreError> {
    s.sql(
        "SELECT * FROM incidents WHERE state IN ('open', 'working') AND entity = $1 AND kind <> 'mass_delete'
         ORDER BY id",
    )
    .bind(entity)
    .all()
    .await
}

fn seen<'s, M>(query: Query<'s, M>, viewer: &Viewer) -> Query<'s, M> {
    match &viewer.entities {
        Some(entities) => query.push(" AND entity IN ").push_list(entities.iter()),
        None => query,
    }
}

/// The incidents that have not ended, newest first.
pub async fn open(s: &mut Session, viewer: &Viewer, limit: i64) -> Result<Vec<Incident>, StoreError> {
    let query = s.sql("SELECT * FROM incidents WHERE state IN ('open', 'working')");
    seen(query, viewer).push(" ORDER BY id DESC").limit(limit).all().await
}

/// Those that have ended, newest first, before `before` (an id).
pub async fn ended(
    s: &mut Session,
    viewer: &Viewer,
    before: Option<&IncidentId>,
    limit: i64,
) -> Result<Vec<Incident>, StoreError> {
    let mut query = seen(s.sql("SELECT * FROM incidents WHERE state = 'ended'"), viewer);
    if let Some(before) = before {
        query = query.push_bind(" AND id < ?", [before.into()]);
    }
    query.push(" ORDER BY id DESC").limit(limit).all().await
}

/// Takes an incident that is to be worked off in hand until then; None when there is none, or somebody
/// has each of them.
pub async fn lease(w: &mut WriteSession, until: Time) -> Result<Option<Incident>, StoreError> {
    let (now, end) = (w.now(), w.either("", " FOR UPDATE SKIP LOCKED"));
    let query = w.sql("SELECT * FROM incidents WHERE state = 'working' AND ending = 'allowed'");
    let query = query.push_bind(" AND (lease_until IS NULL OR lease_until < ?)", [now.into()]);
    let found: Option<Incident> = query.push(" ORDER BY id LIMIT 1").push(end).maybe().await?;
    if let Some(incident) = &found {
        let query = w.sql("UPDATE incidents SET lease_until = $2 WHERE id = $1");
        query.bind(&incident.id).bind(until).run_one().await?;
    }
    Ok(found)
}

/// Gives an incident back, to be taken in hand again.
pub async fn give_back(w: &mut WriteSession, id: &IncidentId) -> Result<(), StoreError> {
    w.sql("UPDATE incidents SET lease_until = NULL WHERE id = $1").bind(id).run_one().await
}

/// One row of a frozen set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    pub external_id: String,
    pub record: RecordId,
    /// `held`, `done` or `kept`.
    pub state: String,
}

impl FromRow for Member {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            external_id: row.get("external_id")?,
            record: row.get::<String>("record_id")?.into(),
            state: row.get("state")?,
        })
    }
}

/// Freezes the present holdings that a full pull passed by; how many.
pub async fn freeze_missed(w: &mut WriteSession, id: &IncidentId, run: &RunId) -> Result<u64, StoreError> {
    w.sql(
        "INSERT INTO incident_records (incident_id, external_id, record_id, state)
         SELECT CAST($1 AS TEXT), external_id, record_id, 'held' FROM holdings WHERE missed_in = $2 AND present",
    )
    .bind(id)
    .bind(run)
    .run()
    .await
}

/// Adds the rows that a run has changed; how many are new to the incident.
pub async fn add_moved(
    w: &mut WriteSession,
    incident: &Incident,
    run: &RunId,
    keys: Option<&[String]>,
) -> Result<u64, StoreError> {
    // A row that another such run changed again is held for what that one wrote.
    let again = w.sql(
        "UPDATE incident_records SET revision = (SELECT h.revision FROM holdings h WHERE h.system = $2
             AND h.entity = $3 AND h.external_id = incident_records.external_id)
         WHERE incident_id = $1 AND external_id IN
             (SELECT external_id FROM holdings WHERE system = $2 AND entity = $3 AND run_id = $4 AND present",
    );
    of_run(again, incident, run, keys).push(")").run().await?;
    let query = w.sql(
        "INSERT INTO incident_records (incident_id, external_id, record_id, state, revision)
         SELECT CAST($1 AS TEXT), external_id, record_id, 'held', revision FROM holdings
         WHERE system = $2 AND entity = $3 AND run_id = $4 AND revision > 1 AND present",
    );
    let tail = " ON CONFLICT (incident_id, external_id, record_id) DO NOTHING";
    of_run(query, incident, run, keys).push(tail).run().await
}

fn of_run<'s>(
    query: Query<'s, Writing>,
    incident: &Incident,
    run: &RunId,
    keys: Option<&[String]>,
) -> Query<'s, Writing> {
    let query = query.bind(&incident.id).bind(&incident.system).bind(&incident.entity).bind(run);
    match keys {
        Some(keys) => query.push(" AND external_id IN ").push_list(keys),
        None => query,
    }
}

/// Adds records to an incident; how many are new to it.
pub async fn add_records(
    w: &mut WriteSession,
    id: &IncidentId,
    records: &[RecordId],
) -> Result<u64, StoreError> {
    let row = |record: &RecordId| vec![id.into(), "".into(), record.into(), "held".into()];
    let rows = records.iter().map(row).collect();
    w.insert_rows(
        "INSERT INTO incident_records (incident_id, external_id, record_id, state)",
        rows,
        "ON CONFLICT (incident_id, external_id, record_id) DO NOTHING",
    )
    .await
}

/// Rows that wait, or with `refused` those that were refused to be gone, and that a full pull which met
/// everything did not pass by, are back: they leave their incidents.
pub async fn keep_returned(w: &mut WriteSession, run: &Run, refused: bool) -> Result<u64, StoreError> {
    let query = w.sql(
        "UPDATE incident_records SET state = 'kept' WHERE state = 'held' AND external_id NOT IN
             (SELECT external_id FROM holdings WHERE system = $1 AND entity = $2 AND missed_in = $3 AND present)
         AND incident_id IN
             (SELECT id FROM incidents WHERE system = $1 AND entity = $2 AND kind = 'mass_delete'",
    );
    let which = if refused { " AND ending = 'refused')" } else { " AND state = 'open')" };
    query.bind(&run.system).bind(&run.entity).bind(&run.id).push(which).run().await
}

/// Takes back that a full pull passed by rows that a person refused to take as deleted; with `waiting`
/// those, too, for which nobody has chosen yet or whose choice is being carried out.
pub async fn unmiss_held(w: &mut WriteSession, run: &Run, waiting: bool) -> Result<u64, StoreError> {
    let query = w.sql(
        "UPDATE holdings SET missed_in = NULL WHERE missed_in = $3 AND present AND external_id IN
             (SELECT r.external_id FROM incident_records r JOIN incidents i ON i.id = r.incident_id
              WHERE i.system = $1 AND i.entity = $2 AND i.kind = 'mass_delete' AND r.state = 'held'",
    );
    let which = if waiting { " AND i.state <> 'ended')" } else { " AND i.ending = 'refused')" };
    query.bind(&run.system).bind(&run.entity).bind(&run.id).push(which).run().await
}

/// The rows in this state after a place, in order.
pub async fn members(
    s: &mut Session,
    id: &IncidentId,
    state: Option<&str>,
    after: Option<(&str, &str)>,
    limit: i64,
) -> Result<Vec<Member>, StoreError> {
    let mut query = s.sql("SELECT * FROM incident_records WHERE incident_id = $1").bind(id);
    if let Some(state) = state {
        query = query.push_bind(" AND state = ?", [state.into()]);
    }
    if let Some((external_id, record)) = after {
        query =
            query.push_bind(" AND (external_id, record_id) > (?, ?)", [external_id.into(), record.into()]);
    }
    query.push(" ORDER BY external_id, record_id").limit(limit).all().await
}

/// How many rows are in this state.
pub async fn count_members(s: &mut Session, id: &IncidentId, state: &str) -> Result<i64, StoreError> {
    let query = s.sql(
        "SELECT CAST(count(*) AS BIGINT) AS value FROM incident_records WHERE incident_id = $1 AND state = $2",
    );
    Ok(query.bind(id).bind(state).value().await?.unwrap_or(0))
}

/// Marks rows as worked off.
pub async fn set_members(
    w: &mut WriteSession,
    id: &IncidentId,
    keys: &[String],
    state: &'static str,
) -> Result<u64, StoreError> {
    let query = w.sql("UPDATE incident_records SET state = $2 WHERE incident_id = $1 AND external_id IN ");
    query.bind(id).bind(state).push_list(keys).run().await
}

/// Which of these records are of which incidents, and the revisions of the rows that they are about.
pub async fn of_records(
    s: &mut Session,
    incidents: &[IncidentId],
    records: &[RecordId],
) -> Result<Vec<((IncidentId, RecordId), i64)>, StoreError> {
    struct Pair(IncidentId, RecordId, i64);
    impl FromRow for Pair {
        fn from_row(row: &Row) -> Result<Self, StoreError> {
            let (incident, record) = (row.get::<String>("incident_id")?, row.get::<String>("record_id")?);
            Ok(Self(incident.into(), record.into(), row.get("revision")?))
        }
    }
    let query = s.sql("SELECT incident_id, record_id, revision FROM incident_records WHERE incident_id IN ");
    let query = query.push_list(incidents).push(" AND record_id IN ").push_list(records);
    Ok(query.all::<Pair>().await?.into_iter().map(|pair| ((pair.0, pair.1), pair.2)).collect())
}

/// Which of these records a person allowed to be gone somewhere.
pub async fn allowed(s: &mut Session, records: &[RecordId]) -> Result<Vec<RecordId>, StoreError> {
    struct One(RecordId);
    impl FromRow for One {
        fn from_row(row: &Row) -> Result<Self, StoreError> {
            Ok(Self(row.get::<String>("record_id")?.into()))
        }
    }
    let query = s.sql(
        "SELECT DISTINCT r.record_id FROM incident_records r JOIN incidents i ON i.id = r.incident_id
         WHERE i.kind = 'mass_delete' AND i.ending = 'allowed' AND r.state = 'done' AND r.record_id IN ",
    );
    Ok(query.push_list(records).all::<One>().await?.into_iter().map(|one| one.0).collect())
}

/// Whether a difference under an incident is open, or decided and not yet at its end: it can be undone.
pub async fn any_unsettled(s: &mut Session, id: &IncidentId) -> Result<bool, StoreError> {
    let query = s.sql(
        "SELECT id AS value FROM differences
         WHERE incident_id = $1 AND closed_at IS NULL AND state <> 'excepted' LIMIT 1",
    );
    Ok(query.bind(id).value::<String>().await?.is_some())
}

/// How many differences are open under an incident that are not in that group.
pub async fn count_waiting(s: &mut Session, id: &IncidentId, but: &GroupId) -> Result<i64, StoreError> {
    let query = s.sql(
        "SELECT CAST(count(*) AS BIGINT) AS value FROM differences d WHERE d.state = 'open' AND d.incident_id = $1
         AND NOT EXISTS (SELECT 1 FROM group_members m WHERE m.group_id = $2 AND m.difference_id = d.id)",
    );
    Ok(query.bind(id).bind(but).value().await?.unwrap_or(0))
}
