//! Questions to people outside, as the pages of signed-in people show them.

use super::parts::Choice;
use crate::domain::access::{Right, Viewer};
use crate::domain::catalog::Catalog;
use crate::domain::ids::EntityId;
use crate::domain::question::{Answer, MOST_DAYS, MOST_TEXT, Offered, Standing};
use crate::engine::Posted;
use crate::engine::case::Case;
use crate::engine::questions::{Whom, Why};
use crate::store::questions::Question;
use crate::web::messages::{Arg, Msg, literal, msg};
use crate::web::page::{Flash, Tone};
use crate::web::pages::words;
use crate::web::when::Clockface;

/// What was asked about a conflict, and the form that asks.
#[derive(Clone, Debug, Default)]
pub struct Questions {
    pub asked: Vec<Shown>,
    pub form: Option<AskForm>,
}

/// One question with its answer.
#[derive(Clone, Debug)]
pub struct Shown {
    pub id: String,
    pub text: Msg,
    /// Its own words.
    pub words: String,
    pub standing: Msg,
    pub answer: Vec<Msg>,
    /// It never left.
    pub not_mailed: bool,
    /// Where "Withdraw" posts to.
    pub withdraw: Option<String>,
}

/// The form of a question.
#[derive(Clone, Debug, Default)]
pub struct AskForm {
    /// Letters cannot leave: the link is shown.
    pub no_post: bool,
    pub fields: Vec<Choice>,
    /// Who may know; the first one is none of them.
    pub whom: Vec<Choice>,
    pub address: String,
    pub name: String,
    pub text: String,
    pub days: String,
    /// Opened because something in it is wrong.
    pub open: bool,
}

impl AskForm {
    /// The most characters of a question.
    #[must_use]
    pub fn most(&self) -> usize {
        MOST_TEXT
    }

    /// The most days a question is open.
    #[must_use]
    pub fn most_days(&self) -> i64 {
        MOST_DAYS
    }
}

/// What the form sends.
#[derive(Clone, Debug, Default)]
pub struct SentQuestion {
    /// The difference.
    pub about: String,
    /// An address of the list; empty: the typed one.
    pub to: String,
    pub address: String,
    pub name: String,
    pub text: String,
    pub days: String,
}

/// The questions of a conflict, with the form for whom may ask.
#[must_use]
pub fn of(
    case: &Case,
    viewer: &Viewer,
    face: &Clockface,
    has_post: bool,
    sent: Option<&SentQuestion>,
) -> Questions {
    let catalog = &case.setup.catalog;
    let shown = |question: &Question| shown(catalog, question, viewer, face);
    let may = viewer.may(Right::Decide) || viewer.may(Right::Reverse);
    let empty = SentQuestion { days: crate::domain::question::DAYS.to_string(), ..SentQuestion::default() };
    let (shut, sent) = (sent.is_none(), sent.unwrap_or(&empty));
    let entity = &case.conflict.entity;
    let known = |d: &&crate::store::conflicts::Difference| {
        catalog.entity(entity).is_some_and(|entity| entity.slot(&d.dispute.field).is_some())
    };
    let field = |d: &crate::store::conflicts::Difference| Choice {
        value: d.id.0.clone(),
        text: words::field(catalog, Some(entity), &d.dispute.field),
        chosen: sent.about == d.id.0,
    };
    // What is limited to some roles is asked of nobody outside.
    let outside = catalog.outside();
    let open = case.open().filter(known).filter(|d| !outside.hides(entity, &d.dispute.field));
    let fields: Vec<Choice> = open.map(field).collect();
    let form = AskForm {
        no_post: !has_post,
        whom: whom(case, sent),
        address: sent.address.clone(),
        name: sent.name.clone(),
        text: sent.text.clone(),
        days: sent.days.clone(),
        open: !shut,
        fields,
    };
    let form = (may && case.conflict.open && !form.fields.is_empty()).then_some(form);
    Questions { asked: case.questions.iter().map(shown).collect(), form }
}

/// A person outside: the name with the address, or the address alone where there is no other name.
#[must_use]
pub fn who(name: &str, address: &str) -> String {
    if name.is_empty() || name == address { address.to_owned() } else { format!("{name} ({address})") }
}

/// What became of a letter: it left, or its link, shown this once, is to be passed on.
#[must_use]
pub fn posted(posted: Posted, name: &str, link: String, sent: Msg) -> Flash {
    let text = match posted {
        Posted::Sent => return Flash { tone: Tone::Done, text: sent, undo: None, link: None },
        Posted::NoServer => msg("question-link"),
        Posted::Refused(problem) => msg("question-link-refused").with("problem", problem),
    };
    let text = text.with("name", name).with("link", &link);
    Flash { tone: Tone::Done, text, undo: None, link: Some((msg("copy-link"), link)) }
}

fn whom(case: &Case, sent: &SentQuestion) -> Vec<Choice> {
    let choice = |whom: &Whom| {
        let text = match &whom.why {
            Why::Changed(system) => {
                msg("whom-changed").with("system", case.setup.catalog.label(system).to_owned())
            }
            Why::Owner => msg("whom-owner"),
        };
        let text = text.with("who", who(&whom.name, &whom.address));
        Choice { value: whom.address.clone(), text, chosen: sent.to == whom.address }
    };
    let mut all: Vec<Choice> = case.whom.iter().map(choice).collect();
    if !all.is_empty() {
        all.push(Choice {
            value: String::new(),
            text: msg("question-to-typed"),
            chosen: sent.to.is_empty() && !sent.address.is_empty(),
        });
    }
    all
}

fn shown(catalog: &Catalog, question: &Question, viewer: &Viewer, face: &Clockface) -> Shown {
    let own = question.asker == viewer.user || viewer.may(Right::Reverse);
    let open = question.standing == Standing::Open;
    let ended = question.standing.ended_at().unwrap_or(question.expires_at);
    Shown {
        id: question.id.0.clone(),
        text: msg("question-asked")
            .with("asker", &question.asker_name)
            .with("who", who(&question.name, &question.address))
            .with("field", words::field(catalog, Some(&question.entity), &question.field))
            .with("when", face.moment(question.created_at).text),
        words: question.text.clone(),
        standing: msg(format!("question-{}", question.standing.name()))
            .with("until", face.moment(question.expires_at).text)
            .with("when", face.moment(ended).text),
        answer: match &question.standing {
            Standing::Answered { answer, .. } => {
                let text = Some(&answer.text).filter(|text| !text.is_empty());
                let text = text.map(|text| msg("answer-text").with("text", words::told(text)));
                [said(&question.offered, answer)].into_iter().chain(text).collect()
            }
            _ => Vec::new(),
        },
        not_mailed: open && question.mailed_at.is_none(),
        withdraw: (open && own).then(|| format!("/questions/{}/withdrawal", question.id)),
    }
}

/// What was chosen.
#[must_use]
pub fn said(offered: &[Offered], answer: &Answer) -> Msg {
    use crate::domain::question::Choice;
    match &answer.choice {
        Choice::Unknown => msg("answer-unknown"),
        Choice::Other { value } => msg("answer-other").with("value", words::told(value)),
        Choice::Value { n } => {
            let found = offered.iter().find(|offered| offered.n == *n);
            let value = found.map_or_else(|| literal(""), value);
            msg("answer-value").with("value", value)
        }
    }
}

/// An offered value in one line.
#[must_use]
pub fn value(offered: &Offered) -> Msg {
    words::values(&offered.values).map_or_else(|state| state, literal)
}

/// A field or group, and the kind of record it is of.
#[must_use]
pub fn what(catalog: &Catalog, entity: &EntityId, field: &crate::domain::ids::FieldId) -> (Msg, Msg) {
    let kind = catalog.entity(entity).map_or_else(|| entity.0.clone(), |entity| entity.label.clone());
    (words::field(catalog, Some(entity), field), literal(kind))
}

/// Where a link goes: `https://referee.example.com/ask/SECRET`.
#[must_use]
pub fn link(url: &str, page: &str, token: &str) -> String {
    format!("{}/{page}/{token}", url.trim_end_matches('/'))
}

/// The name of an argument whose size a message asks for.
#[must_use]
pub fn size(text: &str) -> Arg {
    Arg::Number(i64::from(!text.is_empty()))
}
