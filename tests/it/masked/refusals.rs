//! Nobody decides what they may not see, and a configuration that could not keep it from them is refused.

use super::story::{CONFIG, agreed, conflict, decide, decision, deliver, disputed, disputed_by, viewer};
use referee::domain::access::Viewer;
use referee::domain::catalog::Catalog;
use referee::domain::group::GroupChoice;
use referee::domain::notice::NoticeKind;
use referee::domain::pattern;
use referee::domain::resolution::Outcome;
use referee::domain::suggestion::Grade;
use referee::domain::value::Held;
use referee::domain::words::Sought;
use referee::engine::Refusal;
use referee::engine::ask::Question;
use referee::engine::incidents::group::Asked;
use referee::engine::policies::PolicyChange;
use referee::engine::questions::Asking;
use referee::store::groups::{Of, View};
use referee::store::queue::{self, Facet, Filter};
use referee::store::resolutions::approvals;
use referee::store::search::{self, Search};
use referee::store::{notices, records, selections};

fn is_hidden<T: std::fmt::Debug>(done: Result<T, Refusal>, field: &str) {
    match done {
        Err(Refusal::Hidden { field: own, roles }) => {
            assert_eq!(own, field);
            assert!(!roles.is_empty(), "who may is told");
        }
        other => panic!("{field}: {other:?}"),
    }
}

#[tokio::test]
async fn nobody_decides_what_they_may_not_see_and_decides_the_rest() {
    let app = disputed(None).await;
    let (lea, omar) = (viewer(&app, "lea").await, viewer(&app, "omar").await);
    let found = conflict(&app, 2).await;
    for outcome in [
        Outcome::Keep { value: 1 },
        Outcome::Type { values: vec![Held::from("x")] },
        Outcome::LeaveDifferent { until: app.engine.now() + chrono::TimeDelta::days(1) },
    ] {
        let own = decision(&found, "account", outcome);
        is_hidden(app.engine.preview(&lea, &found.0.id, &own).await.map(|_| ()), "Account");
        is_hidden(app.engine.resolve(&lea, &found.0.id, own).await, "Account");
    }
    let cause = app.engine.correct_cause(&lea, &found.0.id, &"account".into(), Some("race")).await;
    is_hidden(cause, "Account");
    let asking = |field: &str| Asking {
        difference: found.1.iter().find(|one| one.dispute.field.as_str() == field).unwrap().id.clone(),
        address: "ada@example.com".to_owned(),
        ..Asking::default()
    };
    is_hidden(app.engine.ask_person(&lea, &found.0.id, asking("account"), None).await, "Account");
    let outside = app.engine.ask_person(&omar, &found.0.id, asking("account"), None).await;
    assert!(matches!(outside, Err(Refusal::Invalid(_))), "nobody outside is asked: {outside:?}");
    let question = Question {
        record: found.0.record.clone(),
        field: "clerk".into(),
        reason: "why".to_owned(),
        decision: None,
    };
    is_hidden(app.engine.ask(&lea, question).await, "Clerk");
    // What is visible of the same record is decided as ever.
    let city = decide(&app, &lea, 2, "city", Outcome::Keep { value: 1 }).await;
    assert_eq!(city.outcomes.len(), 1);
    deliver(&app).await;
    // And who sees it decides it.
    decide(&app, &omar, 2, "account", Outcome::Keep { value: 1 }).await;
}

#[tokio::test]
async fn nobody_approves_reverses_or_decides_many_of_what_they_may_not_see() {
    let watched = "[policy.supplier.slots.account]\nsecond_approver = true\n";
    let config = CONFIG.replace("[policy.supplier.slots.account]\n", watched);
    assert_ne!(config, CONFIG);
    let app = disputed_by(None, &config).await;
    let (lea, omar) = (viewer(&app, "lea").await, viewer(&app, "omar").await);
    let many = |field: &str| Asked {
        of: Of::View(Box::new(View {
            filter: Filter {
                entity: Some("supplier".into()),
                field: Some(field.into()),
                ..Filter::default()
            },
            ..View::default()
        })),
        choice: GroupChoice::Source,
        reason: None,
        note: "all of them".to_owned(),
    };
    is_hidden(app.engine.freeze(&lea, many("account")).await, "Account");
    let terms = app.engine.freeze(&lea, many("terms")).await.unwrap();
    assert_eq!(app.engine.progress(&terms.id).await.unwrap().included, 6, "those that lea sees");
    let kept = decide(&app, &omar, 0, "account", Outcome::Keep { value: 1 }).await;
    let seen = kept.approval.as_ref().unwrap().digest.clone();
    let mut session = app.engine.store().session().await.unwrap();
    for (who, told) in [(&lea, 0), (&viewer(&app, "tariq").await, 1)] {
        let all = notices::page(&mut session, who, true, None, 50).await.unwrap();
        let asked = all.iter().filter(|own| own.kind == NoticeKind::ApprovalAsked).count();
        assert_eq!(asked, told, "{} is asked only for what they may see", who.login);
    }
    drop(session);
    is_hidden(app.engine.approve(&lea, &kept.id, &seen, None).await, "Account");
    let kept = app.engine.undo(&omar, &kept.id).await.unwrap();
    assert_eq!(kept.state, "undone");
}

#[tokio::test]
async fn nobody_takes_back_what_they_may_not_see() {
    let app = disputed(None).await;
    let (lea, omar) = (viewer(&app, "lea").await, viewer(&app, "omar").await);
    let kept = decide(&app, &omar, 0, "account", Outcome::Keep { value: 1 }).await;
    deliver(&app).await;
    is_hidden(app.engine.reversal(&lea, &kept.id).await.map(|_| ()), "Account");
    is_hidden(app.engine.reverse(&lea, &kept.id, "no").await, "Account");
    app.engine.reverse(&omar, &kept.id, "it was wrong").await.unwrap();
}

#[tokio::test]
async fn what_is_limited_is_found_by_no_words() {
    let app = disputed(None).await;
    let mut session = app.engine.store().session().await.unwrap();
    for (text, found) in [("hushalpha", 0), ("hushsigma", 0), ("60 4", 0), ("Supplier", 12), ("Hamburg", 4)] {
        let sought = Search { sought: Sought::of(text), entity: None };
        let all = search::page(&mut session, &Viewer::referee(), &sought, None, 50).await.unwrap();
        assert_eq!(all.len(), found, "{text}");
        let counts = search::counts(&mut session, &Viewer::referee(), &sought).await.unwrap();
        assert_eq!(counts.iter().map(|own| own.count).sum::<i64>(), i64::try_from(found).unwrap(), "{text}");
    }
    assert!(
        records::find(&mut session, &Viewer::referee(), &["hushalpha".into()], 10).await.unwrap().is_empty()
    );
}

#[tokio::test]
async fn a_field_that_is_limited_later_is_found_no_longer() {
    let app = agreed(None).await;
    let find = async |text: &str| {
        let mut session = app.engine.store().session().await.unwrap();
        let sought = Search { sought: Sought::of(text), entity: None };
        search::page(&mut session, &Viewer::referee(), &sought, None, 50).await.unwrap().len()
    };
    assert_eq!(find("Berlin").await, 12);
    let mut catalog = app.engine.setup().catalog.clone();
    let city = catalog.entities[0].fields.iter_mut().find(|field| field.id.as_str() == "city").unwrap();
    city.visible_to = Some([referee::domain::access::Role::Admin].into());
    let actor = referee::engine::accounts::command_line();
    assert!(app.engine.configure(actor, catalog, "it is nobody's matter").await.unwrap());
    assert_eq!(find("Berlin").await, 0, "at once");
    app.sync().await;
    assert_eq!((find("Berlin").await, find("Supplier").await), (0, 12));
}

#[tokio::test]
async fn a_condition_is_no_way_round() {
    let app = disputed(None).await;
    let (tariq, omar) = (viewer(&app, "tariq").await, viewer(&app, "omar").await);
    let text = "record.days.startsWith('hushsigma')";
    let change = || {
        let policy = referee::domain::policy::Policy {
            review_if: Some(text.to_owned()),
            ..referee::domain::policy::Policy::default()
        };
        PolicyChange {
            entity: "supplier".into(),
            slot: Some("city".into()),
            policy,
            reason: "a try".to_owned(),
            version: app.engine.setup().policy_version,
        }
    };
    let drafted = app.engine.draft_policy(&tariq, change()).await;
    assert!(matches!(drafted, Err(Refusal::Invalid(_))), "{drafted:?}");
    let own = referee::domain::policy_change::Change {
        entity: "supplier".into(),
        slot: Some("city".into()),
        policy: change().policy,
    };
    let tried = app.engine.try_expression(&tariq, &own, text).await;
    assert!(matches!(tried, Err(Refusal::Invalid(_))), "{tried:?}");
    app.engine.try_expression(&omar, &own, text).await.unwrap();
    app.engine.draft_policy(&omar, change()).await.unwrap();
}

#[test]
fn a_limit_that_could_not_be_kept_is_refused_with_what_to_do() {
    let problems = |from: &str, to: &str| {
        assert!(CONFIG.contains(from), "{from}");
        let catalog: Catalog = toml::from_str(&CONFIG.replacen(from, to, 1)).unwrap();
        catalog.problems().join("\n")
    };
    assert_eq!(problems("", ""), "");
    for (from, to, said) in [
        (
            "{ id = \"name\", label = \"Name\" }",
            "{ id = \"name\", label = \"Name\", visible_to = [\"admin\"] }",
            "its title “name” names its records wherever they are listed",
        ),
        ("visible_to = [\"admin\"] }", "visible_to = [] }", "field “account”: visible_to names nobody"),
        (
            "label = \"Rate\", visible_to = [\"steward\"]",
            "label = \"Rate\"",
            "group “terms”: its fields are decided together",
        ),
        (
            "{ field = \"city\", columns = [\"city\"] }",
            "{ field = \"city\", columns = [\"account\"] }",
            "several fields are made of column “account”",
        ),
        (
            "{ field = \"account\", columns = [\"account\"] }",
            "{ field = \"account\", columns = [\"updated_by\"] }",
            "column “updated_by” identifies or dates the row",
        ),
    ] {
        let found = problems(from, to);
        assert!(found.contains(said), "{said}: {found}");
    }
    let unknown = toml::from_str::<Catalog>(&CONFIG.replacen("[\"admin\"]", "[\"boss\"]", 1));
    let unknown = unknown.unwrap_err().to_string();
    assert!(unknown.contains("boss") && unknown.contains("steward"), "{unknown}");
}

#[tokio::test]
async fn neither_the_shape_of_values_nor_a_suggestion_is_found_by_what_is_hidden() {
    let app = disputed(None).await;
    let (lea, omar) = (viewer(&app, "lea").await, viewer(&app, "omar").await);
    let found = conflict(&app, 2).await;
    let now = app.engine.now();
    let like = |field: &str| {
        let own = found.1.iter().find(|one| one.dispute.field.as_str() == field).unwrap();
        Filter { like: Some(pattern::key(&own.entity, &own.dispute)), ..Filter::default() }
    };
    let account = Filter { field: Some("account".into()), ..Filter::default() };
    let graded = |grade| Filter { suggestion: Some(grade), ..account.clone() };
    for (by, sees) in [(&lea, false), (&omar, true)] {
        let mut session = app.engine.session_for(by).await.unwrap();
        let s = &mut session;
        for (filter, found) in [(like("account"), sees), (like("city"), true)] {
            let filter = queue::measured(s, by, filter).await.unwrap();
            let n = queue::count(s, by, &filter, now).await.unwrap();
            let all = queue::page(s, by, &filter, None, now, 50).await.unwrap();
            assert_eq!(
                (n > 0, all.len()),
                (found, usize::try_from(n).unwrap()),
                "{} {:?}",
                by.name,
                filter.like
            );
        }
        let mut n = 0;
        for grade in Grade::ALL {
            n += queue::count(s, by, &graded(grade), now).await.unwrap();
        }
        assert_eq!(n > 0, sees, "{} by what is suggested", by.name);
        let counts = queue::facet(s, by, &account, Facet::Suggestion, now, now).await.unwrap();
        assert_eq!(counts.iter().map(|own| own.count).sum::<i64>(), n, "{}: each count is its list", by.name);
    }
    // A selection of all that matches holds no more than its person sees.
    let id = app.engine.freeze_view(&lea, &like("account"), "").await.unwrap();
    let mut session = app.engine.store().session().await.unwrap();
    assert!(selections::members(&mut session, &id).await.unwrap().is_empty());
}

#[tokio::test]
async fn the_list_of_approvals_keeps_the_digest_from_whom_a_field_is_hidden_alone() {
    let mut config = CONFIG.replace(
        "[policy.supplier.slots.account]\n",
        "[policy.supplier.slots.account]\nsecond_approver = true\n",
    );
    config.push_str("[policy.supplier.slots.city]\nsecond_approver = true\n");
    let app = disputed_by(None, &config).await;
    let (lea, omar) = (viewer(&app, "lea").await, viewer(&app, "omar").await);
    let account = decide(&app, &omar, 0, "account", Outcome::Keep { value: 1 }).await;
    let city = decide(&app, &omar, 2, "city", Outcome::Keep { value: 1 }).await;
    for (by, hidden) in [(&lea, true), (&omar, false)] {
        let mut session = app.engine.session_for(by).await.unwrap();
        let all = approvals::awaiting(&mut session, by, None, 10).await.unwrap();
        let digest = |id: &str| all.iter().find(|one| one.id == id).map(|one| one.approval.digest.clone());
        assert_eq!(digest(account.id.as_str()).unwrap().is_empty(), hidden, "{}", by.name);
        assert_eq!(
            digest(city.id.as_str()),
            city.approval.as_ref().map(|own| own.digest.clone()),
            "{}",
            by.name
        );
    }
}
