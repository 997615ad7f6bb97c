//! Comments: people talk about a conflict, open or closed. Nothing is changed afterwards; what was
//! said too much is withdrawn, and that stands there.

use super::review::about;
use super::{Engine, Refusal, notices, post};
use crate::domain::access::{Right, Viewer};
use crate::domain::audit::{About, Action, Event};
use crate::domain::comment::{self, MOST};
use crate::domain::ids::{CommentId, ConflictId};
use crate::domain::notice::{Notice, NoticeKind};
use crate::store::comments::{self, Comment};
use crate::store::conflicts::Conflict;
use crate::store::{StoreError, WriteSession, conflicts, users};

/// A comment that was made, and who of those it names was told.
#[derive(Clone, Debug)]
pub struct Said {
    pub comment: Comment,
    /// Names of those who were told.
    pub told: Vec<String>,
    /// Names of those who may not see the record: they were not told.
    pub unseeing: Vec<String>,
    /// Logins that nobody has.
    pub unknown: Vec<String>,
}

impl Engine {
    /// Says something about a conflict. `form` is the key of the form it was sent with: sent twice
    /// it is one comment.
    ///
    /// # Errors
    /// The viewer may only read, there is no such conflict, or the text is empty or too long.
    pub async fn comment(
        &self,
        viewer: &Viewer,
        id: &ConflictId,
        text: &str,
        form: &str,
    ) -> Result<Said, Refusal> {
        if !viewer.may(Right::Comment) {
            return Err(Refusal::Forbidden);
        }
        let wrong = || Refusal::Invalid(format!("a comment has 1 to {MOST} characters"));
        let text = comment::checked(text).ok_or_else(wrong)?;
        let (viewer, id, form) = (viewer.clone(), id.clone(), form.to_owned());
        self.store.write(async move |w| say(w, &viewer, &id, &text, &form).await).await
    }

    /// Takes a comment back: its author does, or a manager.
    ///
    /// # Errors
    /// The viewer may not, or there is no such comment.
    pub async fn withdraw_comment(&self, viewer: &Viewer, id: &CommentId) -> Result<Comment, Refusal> {
        let (viewer, id) = (viewer.clone(), id.clone());
        self.store
            .write(async move |w| {
                let found = comments::get(w, &viewer, &id).await?.ok_or(Refusal::NotFound("comment"))?;
                if found.author != viewer.user && !viewer.may(Right::Reverse) {
                    return Err(Refusal::Forbidden);
                }
                if found.withdrawn.is_some() {
                    return Ok((found, Vec::new()));
                }
                comments::withdraw(w, &id, &viewer.name).await?;
                let about = About {
                    entity: Some(found.entity.clone()),
                    record: Some(found.record.clone()),
                    conflict: Some(found.conflict.clone()),
                    ..About::default()
                };
                let event = Event::new(Action::CommentWithdrawn, viewer.actor(), about);
                let event = event.fact("comment", &id).value("of", &found.author_name);
                Ok((found, vec![event]))
            })
            .await
    }
}

async fn say(
    w: &mut WriteSession,
    viewer: &Viewer,
    id: &ConflictId,
    text: &str,
    form: &str,
) -> Result<(Said, Vec<Event>), Refusal> {
    let conflict = conflicts::get(w, viewer, id).await?.ok_or(Refusal::NotFound("conflict"))?;
    let comment = Comment {
        id: CommentId(w.new_id()),
        conflict: conflict.id.clone(),
        record: conflict.record.clone(),
        entity: conflict.entity.clone(),
        author: viewer.user.clone(),
        author_name: viewer.name.clone(),
        text: text.to_owned(),
        created_at: w.now(),
        withdrawn: None,
    };
    let own = comment.id.0.clone();
    let form = if form.is_empty() { own.as_str() } else { form };
    let mut said = Said { comment, told: Vec::new(), unseeing: Vec::new(), unknown: Vec::new() };
    if let Some(comment) = first_of(w, &said.comment, form).await? {
        return Ok((Said { comment, ..said }, Vec::new()));
    }
    call(w, viewer, &conflict, &mut said).await?;
    let event = Event::new(Action::Commented, viewer.actor(), about(&conflict));
    let event = event.fact("comment", &said.comment.id).value("record", &conflict.title).value("text", text);
    Ok((said, vec![event]))
}

/// Stores a comment, or answers the one that was sent with the same form before. Another text, or one
/// about another conflict, under the key of an earlier form is a comment of its own.
async fn first_of(
    w: &mut WriteSession,
    comment: &Comment,
    form: &str,
) -> Result<Option<Comment>, StoreError> {
    if comments::insert(w, comment, form).await? {
        return Ok(None);
    }
    let first = comments::of_form(w, &comment.author, form).await?.ok_or(StoreError::NotFound)?;
    let same = first.text == comment.text || first.withdrawn.is_some();
    if same && first.conflict == comment.conflict {
        return Ok(Some(first));
    }
    let own = post::hash(&format!("{}/{}", comment.conflict, comment.text));
    let form = format!("{form}/{own}");
    if comments::insert(w, comment, &form).await? {
        return Ok(None);
    }
    comments::of_form(w, &comment.author, &form).await
}

/// Tells those whom a comment names.
async fn call(
    w: &mut WriteSession,
    viewer: &Viewer,
    conflict: &Conflict,
    said: &mut Said,
) -> Result<(), StoreError> {
    for login in comment::named(&said.comment.text) {
        match users::by_login(w, &login).await?.filter(|user| !user.disabled) {
            None => said.unknown.push(login),
            Some(user) if !user.viewer(false).sees(&conflict.entity) => said.unseeing.push(user.name),
            Some(user) => {
                let (id, record) = (&conflict.id, &conflict.record);
                let notice = Notice::of_conflict(NoticeKind::Mentioned, id, record, &conflict.entity);
                let link = format!("/conflicts/{id}#c-{}", said.comment.id);
                let notice = Notice { link, ..notice.by(&viewer.user, &viewer.name) };
                notices::tell(w, &user.id, notice).await?;
                if user.id != viewer.user {
                    said.told.push(user.name);
                }
            }
        }
    }
    Ok(())
}
