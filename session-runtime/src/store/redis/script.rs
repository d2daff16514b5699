//! The scripts by which the server itself checks and writes, each on one key, which is all that a cluster allows.

use std::sync::{Arc, LazyLock};

use ::redis::{Cmd, Script, Value};

use super::failure::Failure;
use super::link::Link;

/// A script, which the server knows by its hash once it has run.
pub(super) struct LuaScript {
    text: &'static str,
    hash: LazyLock<String>,
}

macro_rules! script {
    ($($file:literal)+) => {{
        const TEXT: &str = concat!($(include_str!(concat!("scripts/", $file))),+);
        LuaScript { text: TEXT, hash: LazyLock::new(|| Script::new(TEXT).get_hash().to_owned()) }
    }};
}

pub(super) static INSERT: LuaScript = script!("insert.lua");
pub(super) static REPLACE: LuaScript = script!("head.lua" "replace.lua");
pub(super) static TOUCH: LuaScript = script!("head.lua" "touch.lua");
pub(super) static ALIAS: LuaScript = script!("head.lua" "alias.lua");
pub(super) static REMOVE: LuaScript = script!("head.lua" "remove.lua");
pub(super) static REMOVE_OF: LuaScript = script!("head.lua" "remove_of.lua");
pub(super) static ENLIST: LuaScript = script!("enlist.lua");
pub(super) static TIDY: LuaScript = script!("tidy.lua");

impl LuaScript {
    /// Runs on one key. A server that has not seen the script, or was restarted since, is sent its text.
    pub(super) async fn run(&self, link: &Arc<Link>, key: &str, arguments: &[&[u8]]) -> Result<Value, Failure> {
        match link.change(key, &command("EVALSHA", &self.hash, key, arguments)).await {
            Err(failure) if failure.is_unknown_script() => {
                link.change(key, &command("EVAL", self.text, key, arguments)).await
            }
            answer => answer,
        }
    }
}

fn command(name: &str, script: &str, key: &str, arguments: &[&[u8]]) -> Cmd {
    let mut command = ::redis::cmd(name);
    command.arg(script).arg(1).arg(key).arg(arguments);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    // In a cluster, what a script touches has to be named, and to be in one slot.
    #[test]
    fn every_script_touches_the_one_key_that_it_is_given() {
        for script in [&INSERT, &REPLACE, &TOUCH, &ALIAS, &REMOVE, &REMOVE_OF, &ENLIST, &TIDY] {
            let calls = script.text.match_indices("redis.call('").map(|(at, start)| &script.text[at + start.len()..]);
            for call in calls {
                let (command, rest) = call.split_once('\'').unwrap();
                assert!(command == "TIME" || rest.starts_with(", KEYS[1]"), "{command}{rest}");
            }
        }
    }
}
