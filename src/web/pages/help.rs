//! The keys, from the same table the script uses.

use crate::web::auth::{self, SignedIn};
use crate::web::filters;
use crate::web::keys::{Context, KEYS, Key, Keymap};
use crate::web::page::{Page, Section, Shell, View};
use actix_web::HttpRequest;
use askama::Template;

/// `GET /help`.
#[derive(Template, Clone, Debug, Default)]
#[template(path = "help/page.html")]
pub struct HelpPage {
    pub keymap: Keymap,
    pub off: bool,
}

impl View for HelpPage {
    const SECTION: Section = Section::None;
}

/// What is explained, in the order in which a steward meets it: `help-word-<name>`, and its `-text`.
const WORDS: [&str; 10] = [
    "conflict",
    "difference",
    "agreed",
    "truth",
    "suggestion",
    "hold",
    "leave",
    "approval",
    "incident",
    "delivery",
];

impl HelpPage {
    /// The words of the screens and what they mean, as keys of messages.
    #[must_use]
    pub fn words(&self) -> Vec<(String, String)> {
        let keys = |name| (format!("help-word-{name}"), format!("help-word-{name}-text"));
        WORDS.into_iter().map(keys).collect()
    }

    /// The keys by where they work: the key of the heading's message, and the rows.
    #[must_use]
    pub fn groups(&self) -> Vec<(&'static str, Vec<&'static Key>)> {
        let of = |context: Context| KEYS.iter().filter(|key| key.context == context).collect();
        vec![
            ("keys-everywhere", of(Context::Everywhere)),
            ("keys-queue", of(Context::Queue)),
            ("keys-conflict", of(Context::Conflict)),
        ]
    }
}

/// `GET /help`.
pub async fn page(_: SignedIn, request: HttpRequest, shell: Shell) -> Page<HelpPage> {
    let off = auth::who(&request).is_some_and(|who| who.user.preferences.keys_off);
    let keymap = shell.keymap.clone();
    Page::new(shell, HelpPage { keymap, off })
}
