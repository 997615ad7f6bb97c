//! The forms, and how a conflict stands.

use super::Passing;
use crate::domain::access::{Right, Role, Viewer};
use crate::domain::ids::{FieldId, UserId};
use crate::domain::routing::{Desk, Ends, Route, route_of, stands_in};
use crate::store::conflicts::Conflict;
use crate::store::routing::{Member, Skip, colleagues};
use crate::web::messages::{Msg, literal, msg};
use crate::web::pages::parts::{Choice, Problem};
use crate::web::when::Clockface;

const WAITS: [&str; 5] = ["later", "tomorrow", "week", "change", "at"];

/// What the forms are made from.
pub struct Standing<'a> {
    pub viewer: &'a Viewer,
    pub face: &'a Clockface,
    pub team: &'a [Member],
    /// The only conflict that is passed on, with its disputed fields, and who skipped it.
    pub conflict: Option<(&'a Conflict, Vec<FieldId>)>,
    pub routes: &'a [Route],
    pub skips: &'a [Skip],
}

/// The forms, filled in as `get` says they were sent. None for somebody who may not pass anything on.
#[must_use]
pub fn forms<'s>(
    standing: &Standing<'_>,
    get: impl Fn(&str) -> &'s str,
    problems: Vec<Problem>,
) -> Option<Passing> {
    let Standing { viewer, conflict, .. } = standing;
    if !viewer.may(Right::Decide) && !viewer.may(Right::Reverse) {
        return None;
    }
    let assignee = conflict.as_ref().and_then(|(conflict, _)| conflict.assignee.as_ref());
    let own = assignee == Some(&viewer.user);
    let returns = conflict.as_ref().is_some_and(|(own, _)| {
        let asked = own.escalation.as_ref().is_some_and(|asked| asked.by.as_ref() != Some(&viewer.user));
        asked || (own.assigned_by.is_some() && own.assignee.as_ref() == Some(&viewer.user))
    });
    let wait = |value: &&str| Choice {
        value: (*value).to_owned(),
        text: msg(format!("wait-{value}")),
        chosen: get("wait-until") == *value,
    };
    Some(Passing {
        query: String::new(),
        form: "",
        from: "conflict",
        what: conflict.iter().map(|(conflict, _)| ("conflict", conflict.id.0.clone())).collect(),
        waits: if viewer.may(Right::Decide) { WAITS.iter().map(wait).collect() } else { Vec::new() },
        at: get("wait-at").to_owned(),
        people: people(standing, assignee, get("assign-to")),
        desks: desks(standing, get("escalate-to")),
        question: get("escalate-question").to_owned(),
        me: (viewer.may(Right::Decide) && !own).then(|| viewer.user.0.clone()),
        returns,
        words: get("return-words").to_owned(),
        standing: conflict.as_ref().map_or_else(Vec::new, |(conflict, _)| sentences(standing, conflict)),
        recall: conflict.as_ref().and_then(|(conflict, _)| {
            let waits = conflict.wait.is_some() && viewer.may(Right::Decide);
            waits.then(|| format!("/conflicts/{}/recall", conflict.id))
        }),
        problems,
    })
}

/// Everybody who decides, and nobody.
fn people(standing: &Standing<'_>, assignee: Option<&UserId>, asked: &str) -> Vec<Choice> {
    let nobody = assignee.is_some() || standing.conflict.is_none();
    let nobody = nobody.then(|| Choice { value: String::new(), text: msg("assignee-nobody"), chosen: false });
    let deciding = standing.team.iter().filter(|member| member.has(Role::Steward));
    let name = |id: &UserId| standing.team.iter().find(|member| member.id == *id).map(|member| &member.name);
    let colleagues = colleagues(standing.team, standing.face.now);
    let choice = |member: &Member| Choice {
        value: member.id.0.clone(),
        text: match (member.is_away(standing.face.now), name(&stands_in(&member.id, &colleagues))) {
            (true, Some(deputy)) if *deputy != member.name => {
                msg("person-away-deputy").with("name", &member.name).with("deputy", deputy)
            }
            (true, _) => msg("person-away").with("name", &member.name),
            (false, _) => literal(&member.name),
        },
        chosen: member.id.as_str() == asked,
    };
    let others = deciding.filter(|member| Some(&member.id) != assignee);
    others.map(choice).chain(nobody).collect()
}

/// Whom to ask: the owner of the field first, then roles, then people.
fn desks(standing: &Standing<'_>, asked: &str) -> Vec<Choice> {
    let mut desks = Vec::new();
    let mut add = |desk: Desk, text: Msg| {
        let value = desk.text();
        let chosen = value == asked;
        desks.push(Choice { value, text, chosen });
    };
    let name = |id: &UserId| standing.team.iter().find(|member| member.id == *id).map(|member| &member.name);
    let owner = standing
        .conflict
        .as_ref()
        .and_then(|(conflict, fields)| route_of(standing.routes, &conflict.entity, fields)?.owner.clone());
    let owner = owner.filter(|owner| *owner != standing.viewer.user);
    if let Some((id, name)) = owner.as_ref().and_then(|id| Some((id, name(id)?))) {
        add(Desk::Person(id.clone()), msg("desk-owner").with("name", name));
    }
    for role in [Role::Manager, Role::Admin] {
        add(Desk::Role(role), msg(format!("desk-{}", role.as_str())));
    }
    for member in standing.team {
        let asks = member.id != standing.viewer.user && Some(&member.id) != owner.as_ref();
        if asks && (member.has(Role::Steward) || member.has(Role::Manager)) {
            add(Desk::Person(member.id.clone()), literal(&member.name));
        }
    }
    desks
}

/// What it waits for, who was asked, and who left it to others.
fn sentences(standing: &Standing<'_>, conflict: &Conflict) -> Vec<Msg> {
    let name = |id: &UserId| {
        let known = standing.team.iter().find(|member| member.id == *id);
        known.map_or_else(|| id.0.clone(), |member| member.name.clone())
    };
    let mut said = Vec::new();
    if let Some(wait) = &conflict.wait {
        let key = match wait.ends {
            Ends::Time => "standing-waits",
            Ends::Change => "standing-waits-change",
            Ends::Reply => "standing-waits-reply",
        };
        let until = standing.face.moment(wait.until).text;
        said.push(msg(key).with("name", name(&wait.by)).with("until", until));
    }
    if let Some(asked) = &conflict.escalation {
        let to = match &asked.to {
            Desk::Person(id) => literal(name(id)),
            Desk::Role(role) => msg(format!("desk-{}", role.as_str())),
        };
        said.push(match &asked.by {
            Some(by) => msg("standing-asked").with("name", name(by)).with("question", &asked.question),
            None => msg("standing-overdue"),
        });
        if let Some(last) = said.pop() {
            said.push(last.with("to", to).with("when", standing.face.ago(asked.at).text));
        }
    }
    let mut skipped: Vec<&str> = standing.skips.iter().map(|skip| skip.name.as_str()).collect();
    skipped.dedup();
    if skipped.len() > 1 && conflict.escalation.is_none() {
        said.push(
            msg("standing-skipped").with("names", skipped.into_iter().map(str::to_owned).collect::<Vec<_>>()),
        );
    }
    said
}
