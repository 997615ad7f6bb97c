//! Each story alone: it does what it tells and nothing else.

use super::{Rows, rows, world};
use referee::demo::edit::{Change, Edit};
use referee::demo::history::year;
use referee::demo::stories::{all, edits_between, one_more};
use referee::demo::{Expect, Start, Story};
use std::collections::{BTreeMap, BTreeSet};

/// Eight at a time: no two are about the same row, so what a story did beside its own rows shows.
#[tokio::test]
async fn every_story_leaves_all_other_rows_as_they_are() {
    let (world, _folder) = world(Start::Agreed).await;
    let mut before = rows(&world).await;
    for some in world.stories().chunks(8) {
        for story in some {
            world.apply(&story.edits).await.unwrap();
        }
        let after = rows(&world).await;
        let keys: BTreeSet<_> = before.keys().chain(after.keys()).cloned().collect();
        let changed: BTreeSet<_> = keys.into_iter().filter(|key| before.get(key) != after.get(key)).collect();
        let told: BTreeSet<_> = some.iter().flat_map(|story| &story.edits).map(place).collect();
        assert_eq!(changed, told);
        for story in some {
            assert_columns(story, &before, &after);
        }
        before = after;
    }
}

/// System, table and key of the row it changes.
fn place(edit: &Edit) -> (&'static str, &'static str, String) {
    (edit.system.id(), edit.system.layout(edit.table).table, edit.key.clone())
}

/// Only the columns that were set, and the stamp, are others.
fn assert_columns(story: &Story, before: &Rows, after: &Rows) {
    for edit in &story.edits {
        let (Some(old), Some(new)) = (before.get(&place(edit)), after.get(&place(edit))) else { continue };
        let layout = edit.system.layout(edit.table);
        let mut allowed: BTreeSet<&str> = [layout.modified_at, layout.modified_by, "revision"].into();
        for other in story.edits.iter().filter(|other| place(other) == place(edit)) {
            if let Change::Set(columns) = &other.change {
                allowed.extend(columns.iter().map(|(name, _)| *name));
            }
        }
        for ((name, old), (_, new)) in old.iter().zip(new) {
            assert!(old == new || allowed.contains(name.as_str()), "{}: {name}", story.name);
        }
    }
}

#[tokio::test]
async fn the_stories_are_of_every_kind() {
    let (world, _folder) = world(Start::Agreed).await;
    let stories = world.stories();
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for story in &stories {
        *kinds.entry(story.kind).or_default() += 1;
    }
    let expected = [
        ("access_by_hand", 1),
        ("agents_fix", 6),
        ("bulk_load", 1),
        ("clash", 3),
        ("deleted", 2),
        ("email_by_hand", 1),
        ("email_cut_short", 1),
        ("hot_lead", 6),
        ("invoice_address", 1),
        ("leaver", 1),
        ("missing", 2),
        ("name_in_capitals", 3),
        ("new_email", 2),
        ("not_billed", 2),
        ("phone_written_differently", 10),
        ("plan_upgrade", 6),
        ("price", 2),
        ("price_list", 1),
        ("race", 3),
        ("renamed", 3),
        ("role_change", 2),
        ("stale_address", 14),
        ("stock", 5),
        ("supplier", 12),
        ("swapped_date", 3),
        ("vat_id", 1),
    ];
    assert_eq!(kinds, expected.into());
    let outcomes = || stories.iter().flat_map(|story| &story.outcomes);
    let disputed = outcomes().filter(|outcome| matches!(outcome.expect, Expect::Conflict { .. }));
    let records: BTreeSet<&str> = disputed.map(|outcome| outcome.link.as_str()).collect();
    assert_eq!(records.len(), 82);
    assert_eq!(outcomes().filter(|o| o.expect == Expect::Nothing).count(), 10 + 3 + 220);
    assert_eq!(world.stories(), stories, "told the same again");
}

/// Everything happens after the agreement and before now, no record is in two stories, and a
/// bulk load is one.
#[tokio::test]
async fn the_times_of_the_stories_fit() {
    let (world, _folder) = world(Start::Agreed).await;
    let (stories, agreed_at, now) = (world.stories(), world.agreed_at(), super::now());
    let mut seen = BTreeSet::new();
    for story in &stories {
        assert!(!story.about.is_empty() && !story.edits.is_empty() && !story.outcomes.is_empty());
        assert!(story.edits.is_sorted_by_key(|edit| edit.at), "{}", story.name);
        for edit in &story.edits {
            assert!(edit.at > agreed_at && edit.at < now, "{}: {}", story.name, edit.at);
        }
        let links: BTreeSet<&String> = story.outcomes.iter().map(|outcome| &outcome.link).collect();
        assert!(links.into_iter().all(|link| seen.insert(link)), "{}", story.name);
    }
    let all = edits_between(&stories, agreed_at, now);
    assert_eq!(all.len(), stories.iter().map(|story| story.edits.len()).sum::<usize>());
    assert!(all.is_sorted_by_key(|edit| edit.at));
    let load: Vec<_> = all.iter().filter(|edit| edit.by == "bulk load").collect();
    assert_eq!(load.len(), 224);
    assert!((load[223].at - load[0].at).num_minutes() < 5);
}

/// The story of the pictures, to the second.
#[tokio::test]
async fn ada_okafor_moved_at_two_past_two() {
    let (world, _folder) = world(Start::Agreed).await;
    let stories = world.stories();
    let story = stories.iter().find(|story| story.outcomes[0].link == "C-20418").unwrap();
    let told: Vec<String> = story
        .edits
        .iter()
        .map(|edit| format!("{} {} {}", edit.system.id(), edit.at.format("%d %T"), edit.by))
        .collect();
    // In Berlin two hours later.
    let expected = [
        "helpdesk 08 09:20:44 Jonas Beck",
        "portal 10 09:20:44 customer",
        "portal 13 12:02:03 customer",
        "helpdesk 13 12:04:31 Portal link",
        "warehouse 13 12:06:12 address import",
    ];
    assert_eq!(told, expected);
    world.apply(&story.edits).await.unwrap();
    let rows = rows(&world).await;
    let street = |system, table, key, column| super::cell(&rows, system, table, key, column).to_owned();
    assert_eq!(street("portal", "customers", "C-20418", "street"), "Lindenallee 12");
    assert_eq!(street("helpdesk", "contacts", "503127", "postcode"), "10117");
    assert_eq!(street("warehouse", "SHIP_TO", "WH-008841", "STREET"), "ELMSTRAßE");
    assert_eq!(street("helpdesk", "contacts", "503127", "phone"), "+49 30 5550 1472");
}

/// Whoever the seed invents and whatever the hour is, every story finds its people and its time.
#[test]
fn other_seeds_and_other_hours_tell_the_same_stories() {
    for (seed, now) in [
        (1, "2026-11-22T18:30:00Z"),
        (2, "2026-03-29T00:59:59Z"),
        (3, "2026-03-29T01:00:00Z"),
        (4, "2026-10-25T22:30:00Z"),
        (5, "2028-02-29T23:59:59.999999Z"),
        (u64::MAX, "2027-01-01T00:00:00Z"),
    ] {
        let now = now.parse().unwrap();
        let year = year(seed, now);
        let stories = all(seed, &year.end, now);
        let edits = edits_between(&stories, year.agreed_at, now);
        let (first, last) = (edits.first().unwrap().at, edits.last().unwrap().at);
        assert_eq!((year.end.customers.len(), year.end.products.len()), (2000, 300));
        assert_eq!(stories.len(), 94, "{seed} {now}");
        assert_eq!(
            edits.len(),
            stories.iter().map(|story| story.edits.len()).sum::<usize>(),
            "{first} {last}"
        );
        let outcomes = stories.iter().flat_map(|story| &story.outcomes);
        let disputed = outcomes.filter(|outcome| matches!(outcome.expect, Expect::Conflict { .. }));
        assert_eq!(disputed.map(|outcome| &outcome.link).collect::<BTreeSet<_>>().len(), 82);
        for n in [0, 6, 7, 3000, u64::MAX] {
            assert!(one_more(seed, &year.end, now, n, now).is_some(), "{seed} {n}");
        }
    }
}
