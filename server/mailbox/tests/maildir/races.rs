//! Clients that go on working while the portal looks, takes and puts back: nothing is lost, nothing doubled,
//! nothing read is taken for unread.

use crate::post::{Post, again, folder, id, mail, new_copy, only};
use domain::{
    mail_system::{Flags, MailError, MailSession, Put, Removal},
    time::Timestamp,
};
use std::{
    fs,
    path::PathBuf,
    sync::{
        Barrier,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};
use tokio::runtime::Runtime;

/// One message and the places between which its owner moves it.
struct Restless {
    places: Vec<PathBuf>,
    at: usize,
    stop: AtomicBool,
}

impl Restless {
    fn new(post: &Post, base: &str) -> Self {
        fs::create_dir_all(post.path(".Archiv/cur")).unwrap();
        let place = |(dir, info): &(&str, &str)| post.path(format!("{dir}{base}{info}"));
        let places = [
            ("new/", ""),
            ("cur/", ":2,"),
            ("cur/", ":2,S"),
            (".Archiv/cur/", ":2,S"),
            (".Archiv/cur/", ":2,FS"),
        ];
        Self { places: places.iter().map(place).collect(), at: 0, stop: AtomicBool::new(false) }
    }

    /// Runs `work` while the owner moves the message without a pause; the number of moves and the answer.
    fn during<T>(&mut self, work: impl FnOnce() -> T) -> (usize, T) {
        let (places, stop, start) = (&self.places, &self.stop, self.at);
        stop.store(false, Ordering::SeqCst);
        let begun = Barrier::new(2);
        let (end, answer) = thread::scope(|scope| {
            let client = scope.spawn(|| {
                let mut at = start;
                begun.wait();
                while !stop.load(Ordering::SeqCst) {
                    fs::rename(&places[at % places.len()], &places[(at + 1) % places.len()]).unwrap();
                    at += 1;
                }
                at
            });
            begun.wait();
            let answer = work();
            stop.store(true, Ordering::SeqCst);
            (client.join().unwrap(), answer)
        });
        self.at = end;
        (end - start, answer)
    }
}

fn session(runtime: &Runtime, post: &Post) -> Box<dyn MailSession> {
    runtime.block_on(post.open())
}

#[test]
fn a_message_moved_all_the_time_is_found_or_the_answer_says_incomplete() {
    let (runtime, post) = (Runtime::new().unwrap(), Post::new());
    for number in 0..50 {
        post.deliver(&format!("cur/{number}.other:2,S"), mail(&format!("{number}@x")));
    }
    post.deliver("new/1.restless", mail("m@x"));
    let mut owner = Restless::new(&post, "1.restless");
    let mut session = session(&runtime, &post);
    let (mut complete, mut moves, mut read) = (0, 0, 0);
    for _ in 0..300 {
        let (count, (located, bytes)) = owner.during(|| {
            let located = runtime.block_on(session.locate(&id("m@x"))).unwrap();
            let bytes = located.copies.first().map(|copy| runtime.block_on(session.fetch(&copy.handle)));
            (located, bytes)
        });
        moves += count;
        if located.skipped.is_empty() {
            complete += 1;
            assert_eq!(located.copies.len(), 1);
        }
        match bytes {
            Some(Ok(bytes)) => {
                read += 1;
                assert_eq!(bytes, mail("m@x").as_bytes());
            }
            Some(Err(error)) => assert!(error.is_passing(), "{error}"),
            None => {}
        }
        let still = runtime.block_on(session.locate(&id("m@x"))).unwrap();
        only(still);
    }
    println!("300 looks during {moves} moves: {complete} complete, {read} read");
}

#[test]
fn when_reading_and_removing_meet_one_of_them_wins() {
    let (runtime, post) = (Runtime::new().unwrap(), Post::new());
    let mut session = session(&runtime, &post);
    let mut taken = 0;
    for number in 0..500 {
        let (unread, read) = (format!("new/{number}.a"), format!("cur/{number}.a:2,S"));
        let wanted = format!("{number}@x");
        post.deliver(&unread, mail(&wanted));
        let found = only(runtime.block_on(session.locate(&id(&wanted))).unwrap());
        let start = Barrier::new(2);
        let (removal, client) = thread::scope(|scope| {
            let client = scope.spawn(|| {
                start.wait();
                // Later and later, so that both get their turn.
                (0..number * 20).for_each(|_| std::hint::spin_loop());
                fs::rename(post.path(&unread), post.path(&read))
            });
            start.wait();
            let removal = runtime.block_on(session.remove(&found.handle)).unwrap();
            (removal, client.join().unwrap())
        });
        assert_eq!(removal == Removal::Changed, client.is_ok(), "exactly one of them");
        assert_eq!(post.path(&read).exists(), client.is_ok());
        taken += usize::from(removal == Removal::Removed);
        fs::remove_file(post.path(&read)).ok();
    }
    assert_eq!(post.files(), Vec::<String>::new());
    println!("{taken} of 500 were removed before they were read");
}

#[test]
fn a_key_is_never_put_twice_into_a_mailbox_in_motion() {
    let (runtime, post) = (Runtime::new().unwrap(), Post::new());
    let mut session = session(&runtime, &post);
    let (inbox, flags) = (folder("INBOX"), Flags { recent: true, ..Flags::default() });
    let bytes = mail("m@x");
    let copy = new_copy("k", &inbox, &flags, bytes.as_bytes());
    assert_eq!(runtime.block_on(session.put(&copy)).unwrap(), Put::Stored);
    let name = post.files()[0].strip_prefix("new/").unwrap().to_owned();
    let mut owner = Restless::new(&post, &name);
    let (mut moves, mut unsure) = (0, 0);
    for _ in 0..200 {
        let (count, put) = owner.during(|| runtime.block_on(session.put(&copy)));
        moves += count;
        match put {
            Ok(Put::AlreadyThere) => {}
            Err(MailError::Unavailable { .. } | MailError::Gone) => unsure += 1,
            other => panic!("{other:?}"),
        }
        assert_eq!(post.files().len(), 1);
        assert_eq!(runtime.block_on(session.put(&copy)).unwrap(), Put::AlreadyThere, "when it is quiet");
    }
    println!("200 puts during {moves} moves, {unsure} asked to come back later");
}

#[test]
fn two_workers_with_the_same_key_put_one_copy() {
    let (runtime, post) = (Runtime::new().unwrap(), Post::new());
    let bytes = [mail("m@x").into_bytes(), vec![b'x'; 100_000]].concat();
    for number in 0..50 {
        let key = format!("k{number}");
        let start = Barrier::new(3);
        // Each would choose another name and place: the key alone says that it is the same act.
        let outcomes = thread::scope(|scope| {
            let worker = |name: &'static str, at: i64| {
                let (key, bytes, start, runtime, post) = (&key, &bytes, &start, &runtime, &post);
                scope.spawn(move || {
                    let mut session = session(runtime, post);
                    let (folder, flags) = (folder(name), Flags::default());
                    let mut copy = new_copy(key, &folder, &flags, bytes);
                    copy.received_at = Timestamp(at);
                    start.wait();
                    runtime.block_on(session.put(&copy)).unwrap()
                })
            };
            let workers = [worker("INBOX", 1000), worker("Archiv", 2000), worker("INBOX", 3000)];
            workers.map(|worker| worker.join().unwrap())
        });
        assert_eq!(outcomes.iter().filter(|put| **put == Put::Stored).count(), 1);
        assert_eq!(post.files().len(), number + 1);
    }
    for file in post.files() {
        assert_eq!(fs::read(post.path(file)).unwrap(), bytes);
    }
}

#[test]
fn copies_that_go_and_come_back_disturb_nothing_else() {
    let (runtime, post) = (Runtime::new().unwrap(), Post::new());
    post.deliver("new/1.restless", mail("other@x"));
    post.deliver("cur/2.wanted:2,S", mail("m@x"));
    let mut owner = Restless::new(&post, "1.restless");
    let mut session = session(&runtime, &post);
    let (mut moves, mut held) = (0, None);
    for number in 0..200 {
        let key = format!("k{number}");
        let (count, ()) = owner.during(|| {
            runtime.block_on(async {
                // Whatever asks for another try gets it in the next round.
                if held.is_none() {
                    let located = session.locate(&id("m@x")).await.unwrap();
                    let Some(found) = located.copies.into_iter().next() else { return };
                    let bytes = session.fetch(&found.handle).await.unwrap();
                    assert_eq!(session.remove(&found.handle).await.unwrap(), Removal::Removed);
                    held = Some((found, bytes));
                }
                let (found, bytes) = held.as_ref().unwrap();
                match session.put(&again(found, bytes, &key)).await {
                    Ok(put) => {
                        assert_eq!(put, Put::Stored);
                        held = None;
                    }
                    Err(error) => assert!(error.is_passing(), "{error}"),
                }
            });
        });
        moves += count;
        assert_eq!(post.files().len(), 1 + usize::from(held.is_none()));
        assert_eq!(
            fs::read(&owner.places[owner.at % owner.places.len()]).unwrap(),
            mail("other@x").as_bytes()
        );
    }
    println!("200 rounds during {moves} moves");
}
