//! Comments as pages show them.

use super::parts::Problem;
use super::questions::SentQuestion;
use crate::domain::access::{Right, Viewer};
use crate::domain::comment::{self, Part};
use crate::domain::tag;
use crate::engine::case::Case;
use crate::store::comments::Comment;
use crate::web::messages::{Msg, msg};
use crate::web::when::{Clockface, When};

/// What is said and how a conflict is tagged, with the forms for both.
#[derive(Clone, Debug, Default)]
pub struct Talk {
    /// Oldest first.
    pub comments: Vec<Said>,
    /// How many stand on the timeline alone.
    pub earlier: Option<Msg>,
    pub tags: Vec<String>,
    /// This person may say something.
    pub may: bool,
    /// As it was typed.
    pub draft: Draft,
    /// The key of the form's one comment.
    pub key: String,
}

impl Talk {
    /// The longest comment, in characters.
    #[must_use]
    pub fn most(&self) -> usize {
        comment::MOST
    }

    /// The longest tag, in characters.
    #[must_use]
    pub fn longest_tag(&self) -> usize {
        tag::LONGEST
    }
}

/// What was typed into the forms, when they come back.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    pub comment: String,
    pub tag: String,
    pub question: Option<SentQuestion>,
    pub problems: Vec<Problem>,
}

impl Draft {
    /// The mistake in a field.
    #[must_use]
    pub fn error(&self, field: &str) -> Option<&Msg> {
        self.problems.iter().find(|problem| problem.field == field).map(|problem| &problem.text)
    }
}

/// One comment.
#[derive(Clone, Debug)]
pub struct Said {
    pub id: String,
    pub name: String,
    pub when: When,
    /// The text in parts; `true` for a name.
    pub parts: Vec<(bool, String)>,
    /// Instead of the text: who took it back, and when.
    pub withdrawn: Option<Msg>,
    /// Where "Withdraw" posts to.
    pub withdraw: Option<String>,
}

/// A comment as one person sees it.
#[must_use]
pub fn said(comment: &Comment, viewer: &Viewer, face: &Clockface) -> Said {
    let part = |part: &Part<'_>| match part {
        Part::Text(text) => (false, (*text).to_owned()),
        Part::Named(name) => (true, (*name).to_owned()),
    };
    let withdrawn = comment.withdrawn.as_ref().map(|withdrawn| {
        let when = face.moment(withdrawn.at).text;
        msg("comment-withdrawn").with("name", &withdrawn.by).with("when", when)
    });
    let may = viewer.may(Right::Comment) && (comment.author == viewer.user || viewer.may(Right::Reverse));
    Said {
        id: comment.id.0.clone(),
        name: comment.author_name.clone(),
        when: face.moment(comment.created_at),
        parts: comment::parts(&comment.text).iter().map(part).collect(),
        withdraw: (may && withdrawn.is_none()).then(|| format!("/comments/{}/withdrawal", comment.id)),
        withdrawn,
    }
}

/// The talk about a conflict.
#[must_use]
pub fn of(case: &Case, viewer: &Viewer, face: &Clockface, draft: Draft, key: String) -> Talk {
    let earlier = case.comment_count - i64::try_from(case.comments.len()).unwrap_or(0);
    Talk {
        comments: case.comments.iter().map(|comment| said(comment, viewer, face)).collect(),
        earlier: (earlier > 0).then(|| msg("talk-earlier").with("n", earlier)),
        tags: case.tags.clone(),
        may: viewer.may(Right::Comment),
        draft,
        key,
    }
}
