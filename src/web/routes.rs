//! Every address of the server: the map of this floor.

use super::api;
use super::pages::audit::handle as audit;
use super::pages::conflict::{ask, causes, handle as conflict, summary, talk};
use super::pages::decisions::letters;
use super::pages::drafts::handle as drafts;
use super::pages::dry_runs::handle as dry_runs;
use super::pages::failed::handle as failed;
use super::pages::incidents::{groups, handle as incidents};
use super::pages::policies::handle as policies;
use super::pages::record::handle as record;
use super::pages::records::handle as records;
use super::pages::routing::{handle as routing, selections, settings as routes};
use super::pages::samples::handle as samples;
use super::pages::systems::{handle as systems, runs};
use super::pages::{
    alerts, approvals, bulk, decisions, demo, help, home, links, notices, preferences, queue, reports,
    reviews, separations, settings, sign_in, team, views,
};
use super::{assets, gate, guard, health};
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::{Compress, Next, from_fn};
use actix_web::web::{Data, FormConfig, PayloadConfig, ServiceConfig, get, post, resource};
use actix_web::{App, Error};

use super::site::Site;

/// The whole application, as one worker serves it.
pub fn application(
    site: Data<Site>,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<BoxBody>,
        Error = Error,
        InitError = (),
    >,
> {
    let limit = site.reach.body_limit;
    App::new()
        .app_data(site)
        .app_data(FormConfig::default().limit(limit))
        .app_data(PayloadConfig::new(limit))
        .wrap(from_fn(gate::gate))
        .wrap(from_fn(guard::guard))
        .wrap(Compress::default())
        .wrap(from_fn(whole))
        .configure(for_programs)
        .configure(for_people)
        .configure(for_managers)
        .configure(for_admins)
}

/// What all of it answers, under one type.
async fn whole(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    Ok(next.call(request).await?.map_into_boxed_body())
}

fn for_people(config: &mut ServiceConfig) {
    config
        .service(resource("/").route(get().to(home::page)))
        .service(resource("/sign-in").route(get().to(sign_in::page)).route(post().to(sign_in::sign_in)))
        .service(resource("/session").route(post().to(sign_in::stay)))
        .service(resource("/sign-out").route(post().to(sign_in::sign_out)))
        .service(resource("/conflicts/{id}").route(get().to(conflict::page)))
        .service(resource("/conflicts/{id}/preview").route(post().to(conflict::preview)))
        .service(resource("/conflicts/{id}/resolution").route(post().to(conflict::resolve)))
        .service(resource("/conflicts/{id}/deferral").route(post().to(conflict::defer)))
        .service(resource("/conflicts/{id}/claim").route(post().to(conflict::claim)))
        .service(resource("/conflicts/{id}/differences/{field:.+}/cause").route(post().to(causes::correct)))
        .configure(for_talk)
        .service(resource("/demo").route(get().to(demo::page)))
        .service(resource("/demo/conflicts").route(post().to(demo::make)))
        .service(resource("/demo/states").route(get().to(demo::states)))
        .service(resource("/demo/states/{screen}/{id}").route(post().to(demo::bring_about)))
        .service(resource("/demo/reset").route(post().to(demo::reset)))
        .service(resource("/demo/systems/{id}/fault").route(post().to(demo::fault)))
        .service(resource("/demo/systems/{id}/heal").route(post().to(demo::heal)))
        .configure(for_the_queue)
        .service(resource("/decisions").route(get().to(decisions::list)))
        .service(resource("/resolutions/{id}").route(get().to(decisions::page)))
        .service(resource("/resolutions/{id}/undo").route(post().to(decisions::undo)))
        .service(
            resource("/resolutions/{id}/reversal")
                .route(get().to(decisions::reversal))
                .route(post().to(decisions::reverse)),
        )
        .service(resource("/resolutions/{id}/approval").route(post().to(approvals::approve)))
        .service(resource("/resolutions/{id}/return").route(post().to(approvals::send_back)))
        .configure(for_writes)
        .service(resource("/alerts").route(get().to(alerts::page)))
        .configure(for_many)
        .service(resource("/help").route(get().to(help::page)))
        .service(
            resource("/preferences").route(get().to(preferences::page)).route(post().to(preferences::save)),
        )
        .service(resource("/static/{file}").route(get().to(assets::serve)));
}

/// The queue, its views, and who looks at what in it.
fn for_the_queue(config: &mut ServiceConfig) {
    config
        .service(resource("/queue").route(get().to(queue::page)))
        .service(resource("/queue/start").route(post().to(queue::start)))
        .service(resource("/queue/arrivals").route(get().to(queue::arrivals)))
        .service(resource("/queue/report").route(get().to(queue::report::page)))
        .service(resource("/queue/export").route(get().to(queue::report::export)))
        .service(resource("/views").route(post().to(views::save)))
        .service(resource("/views/{id}").route(get().to(views::open)).route(post().to(views::change)))
        .service(resource("/views/{id}/removal").route(post().to(views::remove)))
        .service(resource("/views/{id}/watching").route(post().to(views::watch)))
        .service(
            resource("/views/{id}/report").route(get().to(reports::page)).route(post().to(reports::save)),
        )
        .service(resource("/views/{id}/report/once").route(post().to(reports::once)))
        .service(resource("/selections").route(post().to(selections::freeze)))
        .service(resource("/selections/{id}").route(get().to(selections::page)))
        .service(resource("/assignments").route(post().to(routing::assign)))
        .service(resource("/waits").route(post().to(routing::wait)))
        .service(resource("/escalations").route(post().to(routing::escalate)))
        .service(resource("/returns").route(post().to(routing::send_back)))
        .service(resource("/conflicts/{id}/recall").route(post().to(routing::recall)))
        .service(resource("/conflicts/{id}/reopening").route(post().to(reviews::reopen)))
        .service(resource("/team").route(get().to(team::page)))
        .service(resource("/team/away").route(post().to(team::away)));
}

/// What people say to each other, and what they are told.
fn for_talk(config: &mut ServiceConfig) {
    config
        .service(resource("/conflicts/{id}/comments").route(post().to(talk::comment)))
        .service(resource("/conflicts/{id}/summary").route(get().to(summary::page)))
        .service(resource("/conflicts/{id}/tags").route(post().to(talk::tag)))
        .service(resource("/conflicts/{id}/questions").route(post().to(ask::ask)))
        .service(resource("/questions/{id}/withdrawal").route(post().to(ask::withdraw)))
        .service(
            resource("/ask/{token}").route(get().to(links::ask::page)).route(post().to(links::ask::answer)),
        )
        .service(
            resource("/object/{token}")
                .route(get().to(links::object::page))
                .route(post().to(links::object::object)),
        )
        .service(resource("/resolutions/{id}/letters").route(post().to(letters::tell)))
        .service(resource("/comments/{id}/withdrawal").route(post().to(talk::withdraw)))
        .service(resource("/notices").route(get().to(notices::page)))
        .service(resource("/notices/reading").route(post().to(notices::read_all)))
        .service(resource("/notices/{id}/reading").route(post().to(notices::read)))
        .service(
            resource("/records/{id}/mute")
                .route(get().to(notices::mute_page))
                .route(post().to(notices::mute)),
        )
        .service(resource("/records/{id}/unmute").route(post().to(notices::unmute)));
}

/// Writes, and those of them that need a person.
fn for_writes(config: &mut ServiceConfig) {
    config
        .service(resource("/deliveries/{id}").route(get().to(failed::delivery)))
        .service(resource("/deliveries/{id}/retry").route(post().to(decisions::retry)))
        .service(resource("/deliveries/{id}/reopening").route(post().to(decisions::reopening)))
        .service(resource("/deliveries/{id}/decision").route(post().to(failed::decide)))
        .service(resource("/failed-writes").route(get().to(failed::list)))
        .service(resource("/failed-writes/{system}/{entity}/{cause}").route(get().to(failed::cause)))
        .service(
            resource("/failed-writes/{system}/{entity}/{cause}/retry").route(post().to(failed::retry_all)),
        );
}

/// Very much at once: incidents, one decision for many differences, samples of what rules settled.
fn for_many(config: &mut ServiceConfig) {
    config
        .service(resource("/incidents").route(get().to(incidents::list)))
        .service(resource("/incidents/{id}").route(get().to(incidents::page)))
        .service(resource("/incidents/{id}/choice").route(post().to(incidents::choose)))
        .service(resource("/incidents/{id}/groups").route(post().to(incidents::freeze)))
        .service(resource("/samples").route(get().to(samples::list)).route(post().to(samples::draw)))
        .service(resource("/samples/{id}").route(get().to(samples::page)))
        .service(resource("/samples/{id}/items/{place}").route(get().to(samples::item)))
        .service(resource("/samples/{id}/items/{place}/answer").route(post().to(samples::answer)))
        .service(resource("/groups").route(post().to(groups::make)))
        .service(resource("/groups/new").route(get().to(groups::alike)))
        .service(resource("/groups/{id}").route(get().to(groups::page)))
        .service(resource("/groups/{id}/decision").route(post().to(groups::decide)))
        .service(resource("/groups/{id}/rows").route(post().to(groups::act::tick)))
        .service(resource("/groups/{id}/undo").route(post().to(groups::act::undo)))
        .service(resource("/groups/{id}/reversal").route(post().to(groups::act::reverse)))
        .service(resource("/groups/{id}/file").route(get().to(groups::file::file)))
        .service(resource("/bulk").route(get().to(bulk::page)).route(post().to(bulk::make)))
        .service(resource("/groups/{id}/approval").route(post().to(approvals::approve_group)))
        .service(resource("/groups/{id}/return").route(post().to(approvals::send_group_back)));
}

/// What happened, and its proof.
fn for_managers(config: &mut ServiceConfig) {
    config
        .service(resource("/records").route(get().to(records::page)))
        .service(resource("/records/{id}").route(get().to(record::page)))
        .service(resource("/records/{id}/timeline").route(get().to(record::timeline)))
        .service(resource("/records/{id}/reviews").route(post().to(reviews::ask)))
        .service(resource("/records/{id}/separations").route(post().to(separations::separate)))
        .service(resource("/separations/{id}/end").route(post().to(separations::end)))
        .service(resource("/audit").route(get().to(audit::page)))
        .service(resource("/audit/export").route(get().to(audit::export)))
        .service(
            resource("/audit/verification")
                .route(get().to(audit::verification))
                .route(post().to(audit::verify)),
        )
        .service(resource("/audit/{number}").route(get().to(audit::entry)));
}

/// What is connected, and which fields need a person.
fn for_admins(config: &mut ServiceConfig) {
    config
        .service(resource("/settings").route(get().to(settings::page)))
        .service(resource("/settings/routing").route(get().to(routes::page)).route(post().to(routes::save)))
        .service(resource("/systems").route(get().to(systems::list)))
        .service(resource("/systems/{id}").route(get().to(systems::page)))
        .service(resource("/systems/{id}/runs").route(post().to(systems::run)))
        .service(resource("/systems/{id}/writes").route(post().to(systems::writes)))
        .service(resource("/systems/{id}/pause").route(post().to(systems::pause)))
        .service(resource("/systems/{id}/resumption").route(post().to(systems::resume)))
        .service(resource("/systems/{id}/mappings/{entity}/pause").route(post().to(systems::pause_mapping)))
        .service(resource("/runs").route(get().to(runs::list)))
        .service(resource("/runs/{id}").route(get().to(runs::page)))
        .service(resource("/dry-runs").route(get().to(dry_runs::list)).route(post().to(dry_runs::start)))
        .service(resource("/dry-runs/{id}").route(get().to(dry_runs::page)))
        .service(resource("/dry-runs/{id}/report").route(get().to(dry_runs::report)))
        .service(resource("/dry-runs/{id}/cancellation").route(post().to(dry_runs::cancel)))
        .service(resource("/policy-drafts/{id}").route(get().to(drafts::page)))
        .service(resource("/policy-drafts/{id}/differences").route(get().to(drafts::rows)))
        .service(resource("/policy-drafts/{id}/version").route(post().to(drafts::switch_on)))
        .service(resource("/policy-drafts/{id}/basis").route(post().to(drafts::rebase)))
        .service(resource("/policy-drafts/{id}/shadow").route(post().to(drafts::start_shadow)))
        .service(resource("/policy-drafts/{id}/shadow-end").route(post().to(drafts::end_shadow)))
        .service(resource("/policy-drafts/{id}/removal").route(post().to(drafts::discard)))
        .service(resource("/policies").route(get().to(policies::index)))
        .service(resource("/policies/versions").route(get().to(policies::all_versions)))
        .service(resource("/policies/{entity}").route(get().to(policies::page)))
        .service(resource("/policies/{entity}/versions").route(get().to(policies::entity_versions)))
        .service(resource("/policies/{entity}/{slot}/trial").route(post().to(policies::trial)))
        .service(resource("/policies/{entity}/versions/{n}/draft").route(post().to(policies::roll_back)))
        .service(
            resource("/policies/{entity}/{slot}")
                .route(get().to(policies::form))
                .route(post().to(policies::change)),
        );
}

fn for_programs(config: &mut ServiceConfig) {
    config
        .service(resource("/livez").route(get().to(health::live)))
        .service(resource("/readyz").route(get().to(health::ready)))
        .service(resource("/healthz").route(get().to(health::ready)))
        .service(resource("/api/v1/me").route(get().to(api::me::me)))
        .service(resource("/api/v1/users").route(get().to(api::me::list)))
        .configure(for_programs_judging)
        .configure(for_programs_deciding)
        .configure(for_programs_operating);
}

fn for_programs_deciding(config: &mut ServiceConfig) {
    config
        .service(resource("/api/v1/conflicts").route(get().to(api::conflicts::list)))
        .service(resource("/api/v1/conflicts/{id}").route(get().to(api::conflicts::show)))
        .service(
            resource("/api/v1/conflicts/{id}/differences/{field:.+}/cause")
                .route(post().to(api::causes::correct)),
        )
        .service(resource("/api/v1/conflicts/{id}/claim").route(post().to(api::conflicts::claim)))
        .configure(for_programs_routing)
        .configure(for_programs_talking)
        .service(resource("/api/v1/conflicts/{id}/resolution").route(post().to(api::conflicts::resolve)))
        .service(resource("/api/v1/resolutions/{id}").route(get().to(api::resolutions::show)))
        .service(resource("/api/v1/resolutions/{id}/undo").route(post().to(api::resolutions::undo)))
        .service(resource("/api/v1/resolutions/{id}/approval").route(post().to(api::approvals::approve)))
        .service(resource("/api/v1/resolutions/{id}/return").route(post().to(api::approvals::send_back)))
        .service(resource("/api/v1/approvals").route(get().to(api::approvals::list)))
        .service(
            resource("/api/v1/resolutions/{id}/reversal")
                .route(get().to(api::reversals::show))
                .route(post().to(api::reversals::reverse)),
        )
        .service(resource("/api/v1/deliveries/{id}/retry").route(post().to(api::failed::retry)))
        .service(resource("/api/v1/deliveries/{id}/decision").route(post().to(api::failed::decide)))
        .service(resource("/api/v1/failed-writes").route(get().to(api::failed::list)))
        .service(
            resource("/api/v1/failed-writes/{system}/{entity}/{cause}").route(get().to(api::failed::show)),
        )
        .service(
            resource("/api/v1/failed-writes/{system}/{entity}/{cause}/retry")
                .route(post().to(api::failed::retry_all)),
        )
        .service(resource("/api/v1/incidents").route(get().to(api::incidents::list)))
        .service(resource("/api/v1/incidents/{id}").route(get().to(api::incidents::show)))
        .service(resource("/api/v1/incidents/{id}/choice").route(post().to(api::incidents::choose)))
        .service(resource("/api/v1/groups").route(post().to(api::incidents::freeze)))
        .service(resource("/api/v1/groups/{id}").route(get().to(api::incidents::show_group)))
        .service(resource("/api/v1/groups/{id}/decision").route(post().to(api::incidents::decide)))
        .service(
            resource("/api/v1/groups/{id}/rows")
                .route(get().to(api::bulk::rows))
                .route(post().to(api::bulk::tick)),
        )
        .service(resource("/api/v1/groups/{id}/approval").route(post().to(api::bulk::approve)))
        .service(resource("/api/v1/groups/{id}/return").route(post().to(api::bulk::send_back)))
        .service(resource("/api/v1/groups/{id}/undo").route(post().to(api::bulk::undo)))
        .service(resource("/api/v1/groups/{id}/reversal").route(post().to(api::bulk::reverse)))
        .service(resource("/api/v1/records").route(get().to(api::records::find)))
        .service(resource("/api/v1/records/{id}").route(get().to(api::records::show)))
        .service(resource("/api/v1/records/{id}/reviews").route(post().to(api::reviews::ask)))
        .service(resource("/api/v1/records/{id}/separations").route(post().to(api::separations::separate)))
        .service(resource("/api/v1/separations/{id}/end").route(post().to(api::separations::end)))
        .service(resource("/api/v1/entities/{id}/validate").route(post().to(api::validations::validate)))
        .service(resource("/api/v1/records/{id}/explanation").route(get().to(api::explanations::show)));
}

fn for_programs_routing(config: &mut ServiceConfig) {
    config
        .service(resource("/api/v1/conflicts/{id}/assignment").route(post().to(api::routing::assign)))
        .service(resource("/api/v1/conflicts/{id}/wait").route(post().to(api::routing::wait)))
        .service(resource("/api/v1/conflicts/{id}/recall").route(post().to(api::routing::recall)))
        .service(resource("/api/v1/conflicts/{id}/escalation").route(post().to(api::routing::escalate)))
        .service(resource("/api/v1/conflicts/{id}/return").route(post().to(api::routing::send_back)));
}

fn for_programs_talking(config: &mut ServiceConfig) {
    config
        .service(
            resource("/api/v1/conflicts/{id}/comments")
                .route(get().to(api::talk::list))
                .route(post().to(api::talk::say)),
        )
        .service(resource("/api/v1/comments/{id}").route(get().to(api::talk::show)))
        .service(resource("/api/v1/comments/{id}/withdrawal").route(post().to(api::talk::withdraw)))
        .service(
            resource("/api/v1/conflicts/{id}/tags")
                .route(get().to(api::talk::tags_of))
                .route(post().to(api::talk::tag)),
        )
        .service(resource("/api/v1/tags").route(get().to(api::talk::tags)))
        .service(
            resource("/api/v1/conflicts/{id}/questions")
                .route(get().to(api::questions::list))
                .route(post().to(api::questions::ask)),
        )
        .service(resource("/api/v1/questions/{id}").route(get().to(api::questions::show)))
        .service(resource("/api/v1/questions/{id}/withdrawal").route(post().to(api::questions::withdraw)))
        .service(
            resource("/api/v1/resolutions/{id}/letters")
                .route(get().to(api::letters::list))
                .route(post().to(api::letters::tell)),
        )
        .service(resource("/api/v1/letters/{id}").route(get().to(api::letters::show)))
        .service(resource("/api/v1/notices").route(get().to(api::notices::list)))
        .service(resource("/api/v1/notices/reading").route(post().to(api::notices::read_all)))
        .service(resource("/api/v1/notices/{id}/reading").route(post().to(api::notices::read)))
        .service(resource("/api/v1/records/{id}/mute").route(post().to(api::notices::mute)))
        .service(resource("/api/v1/records/{id}/unmute").route(post().to(api::notices::unmute)));
}

fn for_programs_judging(config: &mut ServiceConfig) {
    config
        .service(resource("/api/v1/policies").route(get().to(api::policies::current)))
        .service(
            resource("/api/v1/policy-drafts")
                .route(get().to(api::policies::list))
                .route(post().to(api::policies::draft)),
        )
        .service(resource("/api/v1/policy-drafts/{id}").route(get().to(api::policies::show)))
        .service(resource("/api/v1/policy-drafts/{id}/version").route(post().to(api::policies::switch_on)))
        .service(resource("/api/v1/policy-drafts/{id}/shadow").route(post().to(api::policies::start_shadow)))
        .service(
            resource("/api/v1/policy-drafts/{id}/shadow-end").route(post().to(api::policies::end_shadow)),
        )
        .service(resource("/api/v1/policy-drafts/{id}/removal").route(post().to(api::policies::discard)));
}

fn for_programs_operating(config: &mut ServiceConfig) {
    config
        .service(resource("/api/v1/audit").route(get().to(api::audit::list)))
        .service(resource("/api/v1/systems").route(get().to(api::systems::list)))
        .service(resource("/api/v1/systems/{id}/runs").route(post().to(api::systems::run)))
        .service(resource("/api/v1/systems/{id}/resumption").route(post().to(api::systems::resume)))
        .service(resource("/api/v1/runs/{id}").route(get().to(api::systems::show_run)))
        .service(
            resource("/api/v1/dry-runs")
                .route(get().to(api::dry_runs::list))
                .route(post().to(api::dry_runs::start)),
        )
        .service(resource("/api/v1/dry-runs/{id}").route(get().to(api::dry_runs::show)))
        .service(resource("/api/v1/dry-runs/{id}/cancellation").route(post().to(api::dry_runs::cancel)))
        .service(resource("/api/v1/dry-runs/{id}/differences").route(get().to(api::dry_runs::differences)))
        .service(resource("/api/openapi.json").route(get().to(api::openapi::serve)));
}
