//! A command in a cluster: sent to the node that has its key, and again only where it was certainly not executed.
//!
//! The client could repeat commands itself, but it repeats writes that may have been executed, too.

use std::collections::BTreeSet;
use std::time::Duration;

use ::redis::aio::ConnectionLike;
use ::redis::cluster_async::ClusterConnection;
use ::redis::cluster_routing::{MultipleNodeRoutingInfo, RoutingInfo, SingleNodeRoutingInfo};
use ::redis::{Cmd, ErrorKind, RedisError, RedisResult, ServerErrorKind, Value};
use tokio::time::sleep;

use super::fields;

/// The pauses before a command is sent again, in which the client looks for the nodes.
const FIRST_PAUSE: Duration = Duration::from_millis(1);
const LONGEST_PAUSE: Duration = Duration::from_millis(50);

/// Sends a command until a node has executed or refused it, which the caller limits in time. One that only reads is sent
/// again also when a connection was lost.
pub(super) async fn send(connection: &mut ClusterConnection, command: &Cmd, only_reads: bool) -> RedisResult<Value> {
    let mut pause = FIRST_PAUSE;
    loop {
        let mut answer = send_once(connection, command).await;
        if let Err(error) = &answer
            && error.kind() == ErrorKind::Server(ServerErrorKind::Ask)
        {
            answer = send_asking(connection, command, error).await;
        }
        match answer {
            Err(error) if is_misrouted(&error) || only_reads && error.is_unrecoverable_error() => {}
            answer => return answer,
        }
        sleep(pause).await;
        pause = pause.saturating_mul(2).min(LONGEST_PAUSE);
    }
}

async fn send_once(connection: &mut ClusterConnection, command: &Cmd) -> RedisResult<Value> {
    connection.req_packed_command(command).await.and_then(Value::extract_error)
}

/// Sends a command to the node that is taking over the slot of its key.
async fn send_asking(connection: &mut ClusterConnection, command: &Cmd, error: &RedisError) -> RedisResult<Value> {
    let address = error.redirect_node().and_then(|(address, _)| address.rsplit_once(':'));
    let Some((host, Ok(port))) = address.map(|(host, port)| (host.to_owned(), port.parse())) else {
        return Err(error.clone());
    };
    let mut asking = ::redis::pipe();
    asking.cmd("ASKING").add_command(command.clone());
    match connection.route_pipeline(asking, 0, 2, SingleNodeRoutingInfo::ByAddress { host, port }).await {
        Ok(mut answers) => answers.pop().map_or_else(|| Err(error.clone()), Value::extract_error),
        // The client knows a new node as soon as it has a slot of its own.
        Err(unknown) if unknown.kind() == ErrorKind::ClusterConnectionNotFound => Err(error.clone()),
        Err(failure) => Err(failure),
    }
}

/// Returns true if the command did not reach the node that has its key. The client looks for that node by itself.
fn is_misrouted(error: &RedisError) -> bool {
    matches!(error.kind(), ErrorKind::Server(ServerErrorKind::Moved) | ErrorKind::ClusterConnectionNotFound)
}

/// The answers of every primary; `None` if there are others that did not answer.
pub(super) async fn send_to_primaries(
    connection: &mut ClusterConnection,
    command: &Cmd,
) -> RedisResult<Option<Vec<Value>>> {
    let routing = RoutingInfo::MultiNode((MultipleNodeRoutingInfo::AllMasters, None));
    let Value::Map(answers) = connection.route_command(command.clone(), routing).await? else { return Ok(None) };
    // The client leaves out a primary that it is not connected to.
    let slots = send(connection, ::redis::cmd("CLUSTER").arg("SLOTS"), true).await?;
    let is_complete = answers.len() >= primary_count(&slots);
    Ok(is_complete.then(|| answers.into_iter().map(|(_, answer)| answer).collect()))
}

/// The number of primaries that are named in the answer to `CLUSTER SLOTS`: ranges of slots, each with its primary first.
fn primary_count(slots: &Value) -> usize {
    let Value::Array(ranges) = slots else { return usize::MAX };
    let ids = ranges.iter().map(|range| match range {
        Value::Array(range) => match range.get(2) {
            Some(Value::Array(node)) => node.get(2).and_then(fields::bytes),
            _ => None,
        },
        _ => None,
    });
    ids.collect::<BTreeSet<_>>().len()
}
