//! Signing in, failures, the help page.

use super::{Rendered, render, render_in, shell};
use referee::web::failure::{Code, Failure};
use referee::web::messages::{english, msg};
use referee::web::page::Shell;
use referee::web::pages::account::SignInPage;
use referee::web::pages::help::HelpPage;

fn anonymous() -> Shell {
    Shell::anonymous(english(), "c5rf".into(), "n0nce".into())
}

fn sign_in(login: &str) -> SignInPage {
    SignInPage { login: login.into(), next: "/conflicts/0199".into(), ..SignInPage::default() }
}

/// The pages in each state.
pub fn pages() -> Vec<Rendered> {
    let failed = SignInPage { failure: Some(msg("sign-in-failed")), ..sign_in("maya") };
    let wait = SignInPage { failure: Some(msg("sign-in-wait").with("seconds", 30)), ..sign_in("maya") };
    let expired = SignInPage {
        note: Some(msg("sign-in-ended")),
        kept: vec![("note".into(), "called her".into())],
        ..sign_in("maya")
    };
    let mut pages = vec![
        render_in("sign-in", anonymous(), sign_in("")),
        render_in("sign-in-failed", anonymous(), failed),
        render_in("sign-in-wait", anonymous(), wait),
        render_in("sign-in-expired", anonymous(), expired),
        render("help", HelpPage::default()),
    ];
    for code in Code::ALL {
        let mut page = Failure::new(code).page(shell(), "req-7f3a");
        pages.push((format!("error-{}", code.slug()), page.render().expect("an error page")));
    }
    pages
}

#[test]
fn a_failure_is_a_page_for_a_person_and_a_problem_for_a_program() {
    for code in Code::ALL {
        let problem = Failure::new(code).problem("req-7f3a");
        let json = serde_json::to_value(&problem).expect("json");
        assert_eq!(json["code"], code.slug());
        assert_eq!(json["status"], code.status().as_u16());
        assert_eq!(json["request"], "req-7f3a");
    }
}
