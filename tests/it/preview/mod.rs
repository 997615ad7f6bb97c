//! Every page in every state it can show, filled with one story: Ada Okafor's shipping address
//! changed in Portal, and Warehouse wrote an old read back. Renders each without a server and
//! checks what must hold of all; with REFEREE_PREVIEW_DIR set it also writes them as files.

mod account;
mod admin;
mod conflict;
mod failed;
mod html;
mod incidents;
mod manager;
mod messages;
mod queue;
mod records;

use referee::web::assets;
use referee::web::messages::{Msg, english, literal, msg};
use referee::web::page::{Banner, Flash, NavItem, Page, Person, Section, Shell, Tone, View};
use referee::web::when::When;

/// One rendered page: its name and its HTML.
type Rendered = (String, String);

fn shell() -> Shell {
    let nav = [
        (Section::Queue, "/queue"),
        (Section::Records, "/records"),
        (Section::Audit, "/audit"),
        (Section::Dashboards, "/dashboards"),
        (Section::Settings, "/settings"),
    ];
    let mut shell = Shell::anonymous(english(), "c5rf".into(), "n0nce".into());
    shell.person = Some(Person {
        name: "Maya Klein".into(),
        initials: "MK".into(),
        roles: vec![msg("role-steward"), msg("role-manager")],
    });
    shell.nav = nav.into_iter().map(|(section, href)| NavItem { section, href: href.into() }).collect();
    shell
}

fn render<T: View>(name: &str, body: T) -> Rendered {
    render_in(name, shell(), body)
}

fn render_in<T: View>(name: &str, shell: Shell, body: T) -> Rendered {
    (name.to_owned(), Page::new(shell, body).render().expect(name))
}

fn at(text: Msg) -> When {
    When { text, exact: literal("12 October 2026, 14:02:03 CEST"), utc: "2026-10-12T12:02:03Z".into() }
}

fn said(text: &str) -> Msg {
    literal(text)
}

fn everything() -> Vec<Rendered> {
    let mut pages = conflict::pages();
    pages.extend(queue::pages());
    pages.extend(account::pages());
    pages.extend(records::pages());
    pages.extend(manager::pages());
    pages.extend(admin::pages());
    pages.extend(incidents::pages());
    pages.extend(failed::pages());
    pages
}

#[test]
fn every_page_renders_and_keeps_the_rules_of_all() {
    for (name, page) in everything() {
        html::check(&name, &page);
    }
}

#[test]
fn the_shell_shows_what_happened_and_what_is_wrong() {
    let mut shell = shell();
    shell.demo = true;
    shell.flash = Some(Flash {
        tone: Tone::Done,
        text: msg("flash-decided").with("fields", "Shipping address").with("record", "Ada Okafor"),
        undo: Some("/resolutions/r1/undo".into()),
        link: None,
    });
    shell.banners.push(Banner {
        tone: Tone::Danger,
        text: msg("paused-title").with("system", "Warehouse").with("when", "09:12"),
        link: Some((msg("paused-link"), "/alerts".into())),
    });
    let (_, page) = render_in("shell", shell, queue::full());
    let undo = page.find("/resolutions/r1/undo").expect("undo");
    assert!(undo < page.find("Decided <bdi>Shipping address</bdi>").expect("the text"), "Undo comes first");
    assert!(page.contains("role=\"alert\"") && page.contains("Demo data"));
}

#[test]
fn a_value_never_becomes_markup() {
    let mut page = conflict::story();
    let evil = "</span><script>alert(1)</script>\"'";
    page.head.name = evil.into();
    page.note = evil.into();
    page.verdict = vec![msg("verdict-changed-only").with("n", 1).with("field", evil).with("systems", evil)];
    page.differences[0].label = evil.into();
    page.differences[0].agreed = vec![evil.into()];
    let (_, html) = render("evil", page);
    assert!(!html.contains("<script>alert"), "a value became a script");
    html::check("evil", &html);
}

#[test]
fn write_the_pages_as_files_when_asked() {
    let Ok(folder) = std::env::var("REFEREE_PREVIEW_DIR") else { return };
    let folder = std::path::Path::new(&folder);
    std::fs::create_dir_all(folder.join("static")).expect("the folder");
    for name in ["app.css", "app.js", "icon.svg"] {
        let asset = assets::find(assets::url(name).expect("an address")).expect("an asset");
        std::fs::write(folder.join(asset.url.trim_start_matches('/')), asset.body).expect("an asset");
    }
    for (name, page) in everything() {
        std::fs::write(folder.join(format!("{name}.html")), page).expect("a page");
    }
}
