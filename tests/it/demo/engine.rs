//! The world seen by the engine: it agrees, and then each story comes out as told.

use crate::support::world::{SystemRandom, TestClock};
use referee::demo::stories::{edits_between, just_now};
use referee::demo::{Expect, Helpdesk, Start, Story, System, World};
use referee::domain::access::Viewer;
use referee::domain::audit::Actor;
use referee::domain::ids::SystemId;
use referee::domain::seal::Key;
use referee::domain::time::Time;
use referee::engine::Engine;
use referee::engine::sync::Trigger;
use referee::store::incidents::{self, Incident};
use referee::store::{Options, Store};
use sqlx::ConnectOptions as _;
use sqlx::sqlite::SqliteConnectOptions;
use std::collections::BTreeSet;
use std::sync::Arc;

/// An engine that is connected to a world, its clock at the agreement.
struct Connected {
    world: World,
    engine: Arc<Engine>,
    clock: Arc<TestClock>,
    _helpdesk: Helpdesk,
    folder: tempfile::TempDir,
}

/// Entity, link, field, state and cause of a difference.
type Found = (String, String, String, String, String);

impl Connected {
    async fn new() -> Self {
        let (world, folder) = super::world(Start::Agreed).await;
        let clock = TestClock::at(world.agreed_at());
        // The helpdesk tells the time, and it is the engine's.
        let world = World::open(folder.path(), clock.clone()).await.unwrap().unwrap();
        let helpdesk = world.start_helpdesk().await.unwrap();
        let url = format!("sqlite://{}/referee.db", folder.path().display());
        let random = Arc::new(SystemRandom);
        let options = Options { url, key: Key::new([7; 32]), clock: clock.clone(), random };
        let engine = Engine::start(Store::open(options).await.unwrap()).await.unwrap();
        assert!(engine.seed(world.catalog(&helpdesk).unwrap()).await.unwrap());
        engine.save_secret(&SystemId::from("helpdesk"), &world.token(), Actor::referee()).await.unwrap();
        Self { world, engine, clock, _helpdesk: helpdesk, folder }
    }

    fn pass(&self, until: Time) {
        self.clock.advance(until - self.engine.now());
    }

    async fn sync(&self) {
        self.sync_by(Trigger::schedule()).await;
    }

    /// Reads everything, as the demo's buttons do.
    async fn sync_whole(&self) {
        self.sync_by(Trigger { full: true, ..Trigger::schedule() }).await;
    }

    async fn sync_by(&self, trigger: Trigger) {
        for run in self.engine.sync_all(&trigger).await.unwrap() {
            assert_eq!(run.error, None, "{} {}", run.system, run.entity);
            assert_eq!(run.counts.quarantined, 0);
        }
    }

    /// The incidents that wait for a choice: a chapter read at once is none.
    async fn incidents(&self) -> Vec<Incident> {
        let mut session = self.engine.store().session().await.unwrap();
        incidents::open(&mut session, &Viewer::referee(), 100).await.unwrap()
    }

    async fn found(&self) -> BTreeSet<Found> {
        let file =
            SqliteConnectOptions::new().filename(self.folder.path().join("referee.db")).read_only(true);
        let select = "SELECT r.entity, r.link, d.field, d.state, d.cause
            FROM differences d JOIN records r ON r.id = d.record_id";
        let rows: Vec<Found> =
            sqlx::query_as(select).fetch_all(&mut file.connect().await.unwrap()).await.unwrap();
        rows.into_iter().collect()
    }
}

fn expected<'a>(stories: impl IntoIterator<Item = &'a Story>) -> BTreeSet<(String, String, String, String)> {
    let outcomes = stories.into_iter().flat_map(|story| &story.outcomes);
    let difference = |outcome: &referee::demo::Outcome| {
        let (field, state) = match outcome.expect {
            Expect::Conflict { field } => (field, "open"),
            Expect::SettledByRule { field } => (field, "settled_by_rule"),
            Expect::Nothing => return None,
        };
        Some((outcome.table.entity().to_owned(), outcome.link.clone(), field.to_owned(), state.to_owned()))
    };
    outcomes.filter_map(difference).collect()
}

fn plain(found: &BTreeSet<Found>) -> BTreeSet<(String, String, String, String)> {
    found
        .iter()
        .map(|(entity, link, field, state, _)| (entity.clone(), link.clone(), field.clone(), state.clone()))
        .collect()
}

#[tokio::test]
async fn the_stories_come_out_as_told() {
    let connected = Connected::new().await;
    let (world, stories) = (&connected.world, connected.world.stories());
    connected.sync().await;
    assert_eq!(connected.found().await, BTreeSet::new(), "laid down, all systems agree");
    connected.pass(super::now());
    world.apply(&edits_between(&stories, world.agreed_at(), super::now())).await.unwrap();
    // A record is missing once a whole reading that began later did not bring it.
    connected.sync().await;
    let found = connected.found().await;
    let (found_plain, expected) = (plain(&found), expected(&stories));
    let missing: Vec<_> = expected.difference(&found_plain).collect();
    let unexpected: Vec<_> = found_plain.difference(&expected).collect();
    assert!(missing.is_empty() && unexpected.is_empty(), "missing {missing:#?}, unexpected {unexpected:#?}");
    let cause = |link: &str, field: &str| {
        let one = found.iter().find(|difference| difference.1 == link && difference.2 == field);
        one.map(|difference| difference.4.clone()).unwrap_or_default()
    };
    assert_eq!(cause("C-20418", "address"), "race");
    for (kind, field, expected) in [
        ("bulk_load", "phone", "bulk_update"),
        ("bulk_load", "address", "bulk_update"),
        ("swapped_date", "customer_since", "transformation"),
        ("missing", "record", "missing_record"),
        ("deleted", "record", "deleted_record"),
        ("stale_address", "address", "stale_copy"),
        ("clash", "phone", "human_override"),
        ("not_billed", "plan", "stale_copy"),
    ] {
        let of_kind = stories.iter().filter(|story| story.kind == kind).flat_map(|story| &story.outcomes);
        let mut of_field = of_kind.filter(|outcome| outcome.expect == Expect::Conflict { field }).peekable();
        assert!(of_field.peek().is_some(), "{kind} {field}");
        for outcome in of_field {
            assert_eq!(cause(&outcome.link, field), expected, "{kind} {}", outcome.link);
        }
    }
}

/// Played in stretches of some days, as a queue grows, they come out the same.
#[tokio::test]
async fn stretch_by_stretch_is_the_same() {
    let connected = Connected::new().await;
    let (world, stories) = (&connected.world, connected.world.stories());
    connected.sync().await;
    let mut from = world.agreed_at();
    for days_ago in [7, 4, 2, 0] {
        // Three in the morning, when nothing is on its way from one system to another.
        let morning = super::now() - chrono::TimeDelta::hours(days_ago * 24 + 6);
        let to = if days_ago == 0 { super::now() } else { morning };
        world.apply(&edits_between(&stories, from, to)).await.unwrap();
        connected.pass(to);
        connected.sync().await;
        from = to;
    }
    assert_eq!(plain(&connected.found().await), expected(&stories));
}

/// Told again to a Referee that has just read that all agree, they come out the same, with the
/// same causes.
#[tokio::test]
async fn told_again_they_are_the_same() {
    let connected = Connected::new().await;
    let world = &connected.world;
    connected.sync().await;
    connected.pass(super::now());
    world.apply(&edits_between(&world.stories(), world.agreed_at(), super::now())).await.unwrap();
    connected.sync().await;
    let open = async || -> BTreeSet<Found> {
        connected.found().await.into_iter().filter(|difference| difference.3 == "open").collect()
    };
    let first = open().await;

    world.reset(Start::Agreed).await.unwrap();
    connected.pass(super::now() + chrono::TimeDelta::hours(1));
    connected.sync_whole().await;
    assert_eq!(open().await, BTreeSet::new(), "back where all agreed");

    connected.pass(connected.engine.now() + chrono::TimeDelta::seconds(20));
    world.apply(&just_now(&world.stories(), connected.engine.now())).await.unwrap();
    connected.sync_whole().await;
    let again = open().await;
    let lost: Vec<_> = first.difference(&again).collect();
    let new: Vec<_> = again.difference(&first).collect();
    assert!(lost.is_empty() && new.is_empty(), "lost {lost:#?}, new {new:#?}");
}

/// Every conflict asked for comes, each on a record of its own.
#[tokio::test]
async fn one_more_conflict_is_one_more_conflict() {
    let connected = Connected::new().await;
    connected.sync().await;
    connected.pass(super::now());
    connected.world.reset(Start::Agreed).await.unwrap();
    let mut stories = Vec::new();
    for _ in 0..21 {
        stories.push(connected.world.make_conflict().await.unwrap());
    }
    connected.pass(super::now() + chrono::TimeDelta::minutes(1));
    connected.sync().await;
    let (found, expected) = (plain(&connected.found().await), expected(&stories));
    assert_eq!(expected.len(), 21);
    assert_eq!(found, expected);
}

/// The year's chapters leave nothing open: each ends with all systems agreeing.
#[tokio::test]
async fn the_year_passes_without_a_conflict() {
    let connected = Connected::new().await;
    let world = &connected.world;
    world.reset(Start::AYearAgo).await.unwrap();
    let chapters = world.history();
    connected.pass(world.begins_at());
    connected.sync_whole().await;
    for chapter in chapters.iter().take(3) {
        world.apply(&chapter.edits).await.unwrap();
        connected.pass(chapter.ends_at);
        connected.sync_whole().await;
        assert_eq!(connected.found().await, BTreeSet::new(), "by {}", chapter.ends_at);
        assert_eq!(connected.incidents().await, [], "by {}", chapter.ends_at);
    }
}

#[test]
fn the_configuration_has_no_problems() {
    let catalog: referee::domain::catalog::Catalog = toml::from_str(referee::demo::config::TOML).unwrap();
    assert_eq!(catalog.problems(), Vec::<String>::new());
    assert_eq!(catalog.systems.len(), System::ALL.len());
    assert_eq!((catalog.entities.len(), catalog.mappings.len()), (4, 12));
}
