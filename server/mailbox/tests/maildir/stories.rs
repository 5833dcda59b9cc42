//! A Maildir as people leave it: what the portal finds there, takes and puts back.

use crate::post::{Post, again, folder, id, mail, new_copy, only, state};
use domain::mail_system::{CopyHandle, Flags, MailError, MailSystem, Put, Removal, SentListing};
use mailbox::maildir::{MaildirConfig, MaildirSystem};
use std::{fs, os::unix::fs::symlink, path::Path, process::Command};

#[tokio::test]
async fn every_combination_of_flags_goes_and_comes_back() {
    let post = Post::new();
    let letters = ["", "S", "R", "F", "T", "D", "P", "a", "z"];
    let mut session = post.open().await;
    let mut tried = 0;
    for bits in 0_u32..1 << 6 {
        let flags: String =
            (0..6).filter(|bit| bits & (1 << bit) != 0).map(|bit| letters[1..][bit]).collect();
        for (sub, info) in
            [("new", ""), ("new", flags.as_str()), ("cur", flags.as_str()), ("cur", &format!("{flags}az"))]
        {
            tried += 1;
            let message = mail(&format!("{tried}@x"));
            let name = if sub == "new" && info.is_empty() {
                format!("9.{tried}.h")
            } else {
                format!("9.{tried}.h:2,{info}")
            };
            post.deliver(&format!("{sub}/{name}"), &message);
            let wanted = id(&format!("{tried}@x"));
            let found = only(session.locate(&wanted).await.unwrap());
            assert_eq!(session.fetch(&found.handle).await.unwrap(), message.as_bytes());
            assert_eq!(session.remove(&found.handle).await.unwrap(), Removal::Removed);
            assert_eq!(session.locate(&wanted).await.unwrap().copies, []);
            let key = format!("k{tried}");
            assert_eq!(session.put(&again(&found, message.as_bytes(), &key)).await.unwrap(), Put::Stored);
            let back = only(session.locate(&wanted).await.unwrap());
            assert_eq!(state(&back), state(&found), "{name}");
            assert_eq!(session.fetch(&back.handle).await.unwrap(), message.as_bytes());
        }
    }
    assert_eq!(post.files().len(), tried);
}

#[tokio::test]
async fn unread_comes_first_then_the_inbox_and_every_folder_is_named() {
    let post = Post::new();
    post.deliver("cur/1.a:2,S", mail("m@x"));
    post.deliver(".&g0l6Pw-.2026/cur/1.b:2,", mail("m@x"));
    post.deliver(".Archiv/new/1.c", mail("m@x"));
    post.deliver("new/1.d", mail("m@x"));
    post.deliver("new/1.e", mail("mm@x"));
    post.deliver(".Archiv/new/.hidden", mail("m@x"));
    post.deliver("tmp/1.f", mail("m@x"));
    post.deliver("junk/cur/1.g", mail("m@x"));
    let located = post.open().await.locate(&id("m@x")).await.unwrap();
    let places: Vec<_> = located.copies.iter().map(|copy| copy.folder.0.as_str()).collect();
    assert_eq!(places, ["INBOX", "Archiv", "草稿/2026", "INBOX"]);
    assert_eq!(located.copies[0].received_at.0, 1500);
    let searched: Vec<_> = located.searched.iter().map(|name| name.0.as_str()).collect();
    assert_eq!(searched, ["INBOX", "草稿/2026", "Archiv"]);
    assert_eq!(located.skipped, []);
}

#[tokio::test]
async fn what_cannot_be_read_is_told_and_the_rest_is_found() {
    let post = Post::new();
    post.deliver("cur/1.good:2,", mail("m@x"));
    fs::create_dir(post.path("cur/1.directory")).unwrap();
    symlink(post.path("cur/1.good:2,"), post.path("cur/1.link")).unwrap();
    symlink("nowhere", post.path("new/1.dangling")).unwrap();
    assert!(Command::new("mkfifo").arg(post.path("cur/1.pipe")).status().unwrap().success());
    post.deliver("cur/1.endless", vec![b'x'; 300 * 1024]);
    post.deliver("cur/1.empty", "");
    fs::write(
        post.path("cur").join(<std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(b"1.\xff")),
        mail("m@x"),
    )
    .unwrap();
    fs::create_dir(post.path(".Broken")).unwrap();
    fs::write(post.path(".Broken/cur"), "a file where a directory should be").unwrap();
    let located = post.open().await.locate(&id("m@x")).await.unwrap();
    assert_eq!(located.copies.len(), 1);
    let mut told: Vec<_> =
        located.skipped.iter().map(|note| format!("{} {}", note.folder, note.what)).collect();
    told.sort();
    let pieces = [
        "INBOX 1.dangling",
        "INBOX 1.directory",
        "INBOX 1.endless",
        "INBOX 1.link",
        "INBOX 1.pipe",
        "INBOX 1.\u{FFFD}",
    ];
    assert_eq!(told, [&["Broken cur/"], &pieces[..]].concat());
    assert!(!located.searched.contains(&folder("Broken")));
}

#[tokio::test]
async fn a_missing_mailbox_a_missing_disk_and_a_way_out_are_three_things() {
    let post = Post::new();
    let outside = tempfile::tempdir().unwrap();
    fs::create_dir_all(outside.path().join("Maildir/cur")).unwrap();
    symlink(outside.path(), post.temp.path().join("x.test/eve")).unwrap();
    fs::create_dir_all(post.temp.path().join("x.test/new/Maildir")).unwrap();
    let open = async |system: &MaildirSystem, who: &str| system.open(&who.parse().unwrap()).await.err();
    assert!(matches!(open(&post.system, "bob@x.test").await, Some(MailError::NoSuchMailbox(_))));
    assert!(
        matches!(open(&post.system, "new@x.test").await, Some(MailError::NoSuchMailbox(_))),
        "never delivered to"
    );
    assert!(matches!(open(&post.system, "eve@x.test").await, Some(MailError::Denied(_))));
    assert!(!post.system.exists(&"bob@y.test".parse().unwrap()).await.unwrap());
    assert!(post.system.exists(&"mei@x.test".parse().unwrap()).await.unwrap());
    let unmounted = MaildirSystem::new(MaildirConfig::new(post.path("unmounted"))).unwrap();
    assert!(
        matches!(open(&unmounted, "mei@x.test").await, Some(MailError::Unavailable { .. })),
        "not: no mailbox"
    );
    assert!(unmounted.exists(&"mei@x.test".parse().unwrap()).await.is_err());
    assert!(unmounted.check().await.unwrap_err().to_string().contains("mount it"));
    assert!(post.system.check().await.unwrap().starts_with("1 mailboxes"));
}

#[tokio::test]
async fn a_copy_that_changed_since_is_not_removed_but_can_be_read() {
    let post = Post::new();
    for (before, after) in [
        ("new/1.a", "cur/1.a:2,"),
        ("cur/1.b:2,", "cur/1.b:2,S"),
        ("cur/1.c:2,S", "cur/1.c:2,FS"),
        ("new/1.d", ".Archiv/new/1.d"),
        ("cur/1.e:2,S", "cur/1.e:2,"),
    ] {
        post.deliver(before, mail("m@x"));
        let mut session = post.open().await;
        let found = only(session.locate(&id("m@x")).await.unwrap());
        post.rename(before, after);
        assert_eq!(session.remove(&found.handle).await.unwrap(), Removal::Changed);
        assert_eq!(session.fetch(&found.handle).await.unwrap(), mail("m@x").as_bytes());
        assert_eq!(post.files(), [after]);
        let found = only(session.locate(&id("m@x")).await.unwrap());
        assert_eq!(session.remove(&found.handle).await.unwrap(), Removal::Removed);
        assert_eq!(session.remove(&found.handle).await.unwrap(), Removal::Changed, "gone");
        assert!(matches!(session.fetch(&found.handle).await, Err(MailError::Gone)));
    }
}

#[tokio::test]
async fn a_client_that_moves_by_two_names_is_not_called_removed() {
    let post = Post::new();
    post.deliver("new/1.a", mail("m@x"));
    let mut session = post.open().await;
    let found = only(session.locate(&id("m@x")).await.unwrap());
    fs::hard_link(post.path("new/1.a"), post.path("cur/1.a:2,S")).unwrap();
    assert_eq!(session.remove(&found.handle).await.unwrap(), Removal::Changed);
    assert!(only(session.locate(&id("m@x")).await.unwrap()).flags.seen);
}

#[tokio::test]
async fn a_key_is_put_once_wherever_its_copy_went() {
    let post = Post::new();
    let (inbox, flags) = (folder("INBOX"), Flags { recent: true, ..Flags::default() });
    let mut session = post.open().await;
    let copy = new_copy("case-1-2", &inbox, &flags, b"Message-ID: <m@x>\n\n");
    assert_eq!(session.put(&copy).await.unwrap(), Put::Stored);
    let name = "1700000000.Rcase-1-2.recant,S=19";
    assert_eq!(post.files(), [format!("new/{name}")]);
    let places = ["new/", "cur/", ".Archiv/cur/"].map(|dir| format!("{dir}{name}"));
    let places = [&places[..], &[format!(".Archiv/cur/{name}:2,S")]].concat();
    for step in places.windows(2) {
        post.rename(&step[0], &step[1]);
        assert_eq!(session.put(&copy).await.unwrap(), Put::AlreadyThere);
        assert_eq!(post.files(), [step[1].as_str()]);
    }
    let other = new_copy("case-1", &inbox, &flags, b"Message-ID: <m@x>\n\n");
    assert_eq!(session.put(&other).await.unwrap(), Put::Stored, "a key is compared whole");
    for key in ["", "../x", "a.b", "a/b", "ä"] {
        assert!(session.put(&new_copy(key, &inbox, &flags, b"")).await.is_err(), "{key:?}");
    }
}

#[tokio::test]
async fn what_was_put_once_is_not_put_again_when_its_owner_deletes_it() {
    let post = Post::new();
    let (inbox, flags) = (folder("INBOX"), Flags { recent: true, ..Flags::default() });
    let mut session = post.open().await;
    let copy = new_copy("k1", &inbox, &flags, b"Message-ID: <m@x>\n\n");
    session.stage(&copy).await.unwrap();
    session.stage(&copy).await.unwrap();
    assert_eq!(session.locate(&id("m@x")).await.unwrap().copies, [], "nobody sees what is staged");
    // Whether or not a try was announced before: it is still in tmp/, so none got through.
    assert_eq!(session.put_once(&copy, true).await.unwrap(), Put::Stored);
    assert_eq!(post.files(), ["new/1700000000.Rk1.recant,S=19"]);
    assert_eq!(session.put_once(&copy, true).await.unwrap(), Put::AlreadyThere);
    fs::remove_file(post.path("new/1700000000.Rk1.recant,S=19")).unwrap();
    assert_eq!(session.put_once(&copy, true).await.unwrap(), Put::Unsure);
    assert_eq!(post.files().len(), 0);
    assert_eq!(session.put_once(&copy, false).await.unwrap(), Put::Stored, "a first try needs no staging");
}

#[tokio::test]
async fn what_a_crash_left_in_tmp_is_replaced_and_never_written_over() {
    let post = Post::new();
    let (inbox, flags) = (folder("INBOX"), Flags::default());
    let mut session = post.open().await;
    post.deliver("tmp/Rk1.recant", "half a mess");
    let copy = new_copy("k1", &inbox, &flags, b"the whole message");
    assert_eq!(session.put(&copy).await.unwrap(), Put::Stored);
    let stored = "cur/1700000000.Rk1.recant,S=17:2,";
    assert_eq!(post.files(), [stored]);
    // The crash came after the link: both names are one file.
    fs::hard_link(post.path(stored), post.path("tmp/Rk1.recant")).unwrap();
    assert_eq!(session.put(&copy).await.unwrap(), Put::AlreadyThere);
    // The same, and a server gave the message a name of its own meanwhile: it must not change with the draft.
    post.rename(stored, ".Archiv/cur/17.server:2,S");
    fs::hard_link(post.path(".Archiv/cur/17.server:2,S"), post.path("tmp/Rk1.recant")).unwrap();
    assert_eq!(session.put(&new_copy("k1", &inbox, &flags, b"x")).await.unwrap(), Put::Stored);
    assert_eq!(fs::read(post.path(".Archiv/cur/17.server:2,S")).unwrap(), b"the whole message");
}

#[tokio::test]
async fn a_new_folder_is_made_for_a_copy_and_found_again() {
    let post = Post::new();
    let mut session = post.open().await;
    let flags = Flags { flagged: true, keywords: vec!["maildir:b".into()], ..Flags::default() };
    let name = folder("项目/2026 Ünïcode & Co");
    let bytes = mail("m@x").into_bytes();
    assert_eq!(session.put(&new_copy("k", &name, &flags, &bytes)).await.unwrap(), Put::Stored);
    let found = only(session.locate(&id("m@x")).await.unwrap());
    assert_eq!((&found.folder, &found.flags, found.received_at.0), (&name, &flags, 1_700_000_000_123));
    assert!(post.path(".&mHl27g-.2026 &ANw-n&AO8-code &- Co/maildirfolder").is_file());
}

#[tokio::test]
async fn a_large_message_and_a_time_before_1970_survive() {
    let post = Post::new();
    let mut session = post.open().await;
    let (inbox, flags) = (folder("INBOX"), Flags::default());
    let bytes = [mail("m@x").into_bytes(), vec![b'z'; 30 << 20]].concat();
    let copy = domain::mail_system::NewCopy {
        received_at: domain::time::Timestamp(-1),
        ..new_copy("k", &inbox, &flags, &bytes)
    };
    session.put(&copy).await.unwrap();
    let found = only(session.locate(&id("m@x")).await.unwrap());
    assert_eq!((found.size, found.received_at.0), (bytes.len() as u64, -1));
    assert!(session.fetch(&found.handle).await.unwrap() == bytes);
}

#[tokio::test]
async fn handles_of_elsewhere_touch_nothing() {
    let post = Post::new();
    let secret = post.temp.path().join("x.test/mei/secret");
    fs::write(&secret, "x").unwrap();
    symlink(post.temp.path().join("x.test/mei"), post.path(".Link")).unwrap();
    symlink(&secret, post.path("cur/1.link")).unwrap();
    let mut session = post.open().await;
    assert!(session.fetch(&CopyHandle("/cur/1.link".into())).await.is_err());
    for handle in ["/cur/../../secret", "../cur/secret", ".Link/cur/secret", "/tmp/x", ""] {
        let handle = CopyHandle(handle.into());
        assert!(session.fetch(&handle).await.is_err());
        assert!(!matches!(session.remove(&handle).await, Ok(Removal::Removed)));
    }
    assert!(secret.exists());
}

#[tokio::test]
async fn a_full_disk_is_told_and_leaves_nothing_behind() {
    let post = Post::new();
    let Some(_disk) = SmallDisk::mount(post.temp.path()) else {
        println!("skipped: mounting a small disk is not allowed here");
        return;
    };
    for sub in ["cur", "new", "tmp"] {
        fs::create_dir_all(post.path(sub)).unwrap();
    }
    let mut session = post.open().await;
    let (inbox, flags) = (folder("INBOX"), Flags::default());
    let bytes = vec![b'x'; 1 << 20];
    let error = session.put(&new_copy("k", &inbox, &flags, &bytes)).await.unwrap_err();
    assert!(matches!(&error, MailError::Full(_)) && error.is_passing(), "{error}");
    assert_eq!(post.files(), Vec::<String>::new());
    assert_eq!(
        session.put(&new_copy("k", &inbox, &flags, b"small")).await.unwrap(),
        Put::Stored,
        "later there is room"
    );
}

struct SmallDisk<'a>(&'a Path);

impl<'a> SmallDisk<'a> {
    fn mount(at: &'a Path) -> Option<Self> {
        let done =
            Command::new("mount").args(["-t", "tmpfs", "-o", "size=128k", "none"]).arg(at).output().ok()?;
        done.status.success().then_some(Self(at))
    }
}

impl Drop for SmallDisk<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0).status();
    }
}

#[tokio::test]
async fn sent_mail_is_listed_once_and_every_later_change_is_seen() {
    let post = Post::new();
    let mut session = post.open().await;
    let all = |listing: SentListing| match listing {
        SentListing::All { messages, cursor } => (messages, cursor),
        SentListing::Unchanged | SentListing::Changes(_) => panic!("not all of it"),
    };
    let (none, empty) = all(session.list_sent(None).await.unwrap());
    assert_eq!(none, []);
    post.deliver(".Sent/cur/1.a:2,S", mail("a@x"));
    post.deliver(".&XfJT0ZAB-/cur/1.b:2,S", mail("b@x"));
    post.deliver(".sent items/new/1.c", mail("c@x"));
    post.deliver(".Archiv/cur/1.d:2,S", mail("d@x"));
    let (messages, first) = all(session.list_sent(Some(&empty)).await.unwrap());
    let names: Vec<_> = messages.iter().map(|sent| (sent.folder.0.as_str(), sent.received_at.0)).collect();
    assert_eq!(names, [("已发送", 1500), ("Sent", 1500), ("sent items", 1500)]);
    assert_eq!(session.fetch(&messages[1].handle).await.unwrap(), mail("a@x").as_bytes());
    assert_eq!(session.list_sent(Some(&first)).await.unwrap(), SentListing::Unchanged);
    post.rename(".Sent/cur/1.a:2,S", ".Sent/cur/1.a:2,FS");
    assert_eq!(session.list_sent(Some(&first)).await.unwrap(), SentListing::Unchanged, "flags are no news");
    post.deliver(".Sent/cur/2.a:2,S", mail("e@x"));
    let (later, second) = all(session.list_sent(Some(&first)).await.unwrap());
    assert_eq!(later.len(), 4);
    assert!(later.iter().any(|sent| sent.locator == messages[1].locator), "flagged, and still the same");
    fs::remove_file(post.path(".Sent/cur/2.a:2,S")).unwrap();
    assert_eq!(all(session.list_sent(Some(&second)).await.unwrap()).0.len(), 3);
    assert_eq!(all(session.list_sent(Some("of another connector")).await.unwrap()).0.len(), 3);
}

#[tokio::test]
async fn a_change_within_the_tick_of_the_listing_is_not_lost() {
    let post = Post::new();
    let mut session = post.open().await;
    post.deliver(".Sent/cur/1.a:2,S", mail("a@x"));
    let SentListing::All { cursor: before, .. } = session.list_sent(None).await.unwrap() else { panic!() };
    post.deliver(".Sent/cur/2.a:2,S", mail("b@x"));
    let SentListing::All { cursor: after, .. } = session.list_sent(None).await.unwrap() else { panic!() };
    let (before, after): (Vec<_>, Vec<_>) = (before.split(';').collect(), after.split(';').collect());
    assert_eq!(before[1], "fresh", "nothing later was met on this disk: equal times would prove nothing");
    // The listing of before, as it would have been had the clock not moved on between the two.
    let same_tick = [before[0], before[1], after[2], before[3]].join(";");
    assert!(matches!(session.list_sent(Some(&same_tick)).await.unwrap(), SentListing::All { .. }));
}

#[tokio::test]
async fn mail_from_the_wild_is_found_taken_and_put_back_byte_for_byte() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/eml");
    let Ok(entries) = fs::read_dir(&data) else {
        println!("skipped: no {}", data.display());
        return;
    };
    let post = Post::new();
    let messages: Vec<_> = entries.map(|entry| fs::read(entry.unwrap().path()).unwrap()).collect();
    for (number, message) in messages.iter().enumerate() {
        post.deliver(&format!("new/{number}.eml"), message);
    }
    let (mut session, mut with_id) = (post.open().await, 0);
    for (number, message) in messages.iter().enumerate() {
        let Some(wanted) = domain::mail::ParsedMail::read(message).message_id else { continue };
        with_id += 1;
        let handle = CopyHandle(format!("/new/{number}.eml"));
        let located = session.locate(&wanted).await.unwrap();
        assert_eq!(located.skipped, []);
        let found = located.copies.iter().find(|copy| copy.handle == handle).expect("found by its own id");
        let bytes = session.fetch(&handle).await.unwrap();
        assert_eq!(session.remove(&handle).await.unwrap(), Removal::Removed);
        let key = format!("eml-{number}");
        assert_eq!(session.put(&again(found, &bytes, &key)).await.unwrap(), Put::Stored);
        let back = session.locate(&wanted).await.unwrap().copies;
        let back = back.iter().find(|copy| copy.handle.0.contains(&key)).expect("put back");
        assert_eq!(state(back), state(found));
        assert!(session.fetch(&back.handle).await.unwrap() == *message);
    }
    println!("{with_id} of {} messages have a Message-ID", messages.len());
    assert!(with_id > 0 && post.files().len() == messages.len());
}
