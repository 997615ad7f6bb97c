//! `referee user`.

use super::Failed;
use super::place::Place;
use clap::{Args, Subcommand};
use referee::domain::access::{Role, Viewer};
use referee::engine::accounts::{Accounts, NewUser, command_line, generated};
use referee::store::users;
use std::collections::BTreeSet;
use std::io::Read as _;
use std::process::ExitCode;

/// Add, list and change who may sign in.
#[derive(Subcommand)]
#[command(after_help = "\
Examples:
  referee user add ana --role steward --role manager --name \"Ana Ruiz\"
  referee user change ana --mail ana@example.com
  printf %s \"$PASSWORD\" | referee user password ana --password-stdin
  referee user disable ana")]
pub enum User {
    /// Add a user; without --password-stdin a password is made and printed once
    Add(Add),
    /// List everybody with an account
    List(Place),
    /// Set the roles to exactly these; sessions and tokens of before end
    Roles(Roles),
    /// Set where mail for somebody goes, or take it away
    Change(Change),
    /// Set another password; sessions and tokens of before end
    Password(Password),
    /// Let somebody in no more; sessions and tokens end at once
    Disable(Named),
    /// Let somebody in again
    Enable(Named),
}

#[derive(Args)]
pub struct Add {
    login: String,
    /// steward, manager, admin or auditor; may be given more than once
    #[arg(long = "role", value_parser = role, required = true)]
    roles: Vec<Role>,
    /// The name as others see it
    #[arg(long)]
    name: String,
    /// Where mail for this person goes
    #[arg(long)]
    mail: Option<String>,
    #[command(flatten)]
    secret: PasswordFrom,
    #[command(flatten)]
    place: Place,
}

#[derive(Args)]
pub struct Roles {
    login: String,
    #[arg(long = "role", value_parser = role, required = true)]
    roles: Vec<Role>,
    #[command(flatten)]
    place: Place,
}

#[derive(Args)]
pub struct Change {
    login: String,
    /// Where mail for this person goes
    #[arg(long, required_unless_present = "no_mail", conflicts_with = "no_mail")]
    mail: Option<String>,
    /// Send this person no mail
    #[arg(long)]
    no_mail: bool,
    #[command(flatten)]
    place: Place,
}

#[derive(Args)]
pub struct Password {
    login: String,
    #[command(flatten)]
    secret: PasswordFrom,
    #[command(flatten)]
    place: Place,
}

#[derive(Args)]
pub struct Named {
    login: String,
    #[command(flatten)]
    place: Place,
}

#[derive(Args)]
struct PasswordFrom {
    /// Read the password from standard input: 15 characters or more
    #[arg(long)]
    password_stdin: bool,
}

fn role(text: &str) -> Result<Role, String> {
    Role::of(text).ok_or_else(|| "write steward, manager, admin or auditor".to_owned())
}

impl User {
    pub async fn run(self) -> Result<ExitCode, Failed> {
        match self {
            Self::Add(add) => add.run().await?,
            Self::List(place) => list(&place).await?,
            Self::Roles(Roles { login, roles, place }) => {
                let accounts = accounts(&place).await?;
                accounts.set_roles(command_line(), &login, roles.into_iter().collect()).await?;
                println!("The roles of {login} are changed.");
            }
            Self::Change(Change { login, mail, place, .. }) => {
                accounts(&place).await?.set_mail(command_line(), &login, mail.as_deref()).await?;
                match mail {
                    Some(mail) => println!("Mail for {login} goes to {mail}."),
                    None => println!("{login} gets no mail."),
                }
            }
            Self::Password(password) => password.run().await?,
            Self::Disable(Named { login, place }) => {
                accounts(&place).await?.set_disabled(command_line(), &login, true).await?;
                println!("{login} is let in no more.");
            }
            Self::Enable(Named { login, place }) => {
                accounts(&place).await?.set_disabled(command_line(), &login, false).await?;
                println!("{login} is let in again.");
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

async fn accounts(place: &Place) -> Result<Accounts, Failed> {
    let (_, store) = place.start(None)?.store().await?;
    Ok(Accounts::new(store))
}

impl Add {
    async fn run(self) -> Result<(), Failed> {
        let (password, told) = self.secret.read(&self.place)?;
        let roles: BTreeSet<Role> = self.roles.into_iter().collect();
        let names: Vec<&str> = roles.iter().map(|role| role.as_str()).collect();
        let added = format!("Added {} ({}).", self.login, names.join(", "));
        let new = NewUser { login: self.login, name: self.name, roles, password, mail: self.mail };
        accounts(&self.place).await?.add_user(command_line(), new).await?;
        println!("{added}{told}");
        Ok(())
    }
}

impl Password {
    async fn run(self) -> Result<(), Failed> {
        let (password, told) = self.secret.read(&self.place)?;
        accounts(&self.place).await?.set_password(command_line(), &self.login, &password).await?;
        println!(
            "The password of {} is changed; sessions and tokens of before have ended.{told}",
            self.login
        );
        Ok(())
    }
}

impl PasswordFrom {
    /// The password, and what to tell of it.
    fn read(&self, place: &Place) -> Result<(String, String), Failed> {
        if self.password_stdin {
            let mut text = String::new();
            std::io::stdin().take(8192).read_to_string(&mut text)?;
            return Ok((text.trim_end_matches(['\r', '\n']).to_owned(), String::new()));
        }
        let password = generated(&*place.start(None)?.random);
        let told = format!("\nPassword: {password}\nIt is shown this once.");
        Ok((password, told))
    }
}

async fn list(place: &Place) -> Result<(), Failed> {
    let (_folder, store) = place.start(None)?.store().await?;
    let users = users::list(&mut store.session().await?, &Viewer::referee()).await?;
    for user in users {
        let roles: Vec<&str> = user.roles.iter().map(|role| role.as_str()).collect();
        let disabled = if user.disabled { "  disabled" } else { "" };
        println!("{:<24} {:<24} {}{disabled}", user.login, roles.join(","), user.name);
    }
    Ok(())
}
