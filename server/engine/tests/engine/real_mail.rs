//! Mail as it is met in the wild survives a hold and a release, byte for byte.

use crate::office::{Mail, Office, RECALL};
use domain::{mail::ParsedMail, mail_system::Flags, shared::Verdict};
use std::path::Path;

#[tokio::test]
async fn hold_and_release_keep_every_byte() {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/eml");
    let Ok(entries) = std::fs::read_dir(&samples) else {
        println!("skipped: no sample messages beside the project");
        return;
    };
    let (mut told, mut left_out) = (0, 0);
    for entry in entries {
        let path = entry.unwrap().path();
        let raw = std::fs::read(&path).unwrap();
        let ParsedMail { message_id: Some(id), from: Some(_), .. } = ParsedMail::read(&raw) else {
            left_out += 1;
            continue;
        };
        survives(&Mail { id, raw: String::new() }, &raw, &path).await;
        told += 1;
    }
    println!("{told} messages held and released, {left_out} without Message-ID or author can't be recalled");
    assert!(told > 0);
}

/// Boundaries that never come, encodings that aren't, characters that don't exist, bare line ends, no body at all.
#[tokio::test]
async fn broken_mime_is_held_and_released_like_any_other() {
    for (at, rest) in [
        &b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--x\r\n\r\nnever reached"[..],
        b"Content-Type: multipart/mixed\r\n\r\n--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b",
        b"Content-Transfer-Encoding: base64\r\n\r\n!!!! not base64 ====\r\n",
        b"Content-Type: text/plain; charset=utf-99\r\nSubject: \xff\xfe\r\n\r\n=ZZ=E4=\x00\r\n",
        b"Content-Type: message/rfc822\nX-Broken: =?utf-8?B?5p6X6Z2S\n\nFrom",
        b": :\r\n",
        b"",
    ]
    .into_iter()
    .enumerate()
    {
        let raw = [b"From: ann@office.test\r\nMessage-ID: <broken@office.test>\r\n", rest].concat();
        let mail = Mail { id: "broken@office.test".parse().unwrap(), raw: String::new() };
        survives(&mail, &raw, Path::new(&format!("sample {at}"))).await;
    }
}

async fn survives(mail: &Mail, raw: &[u8], path: &Path) {
    let office = Office::open().await;
    let author = ParsedMail::read(raw).from.unwrap().address;
    let mut ann = office.who("ann").await;
    if author != ann.address {
        ann.aliases.push(author);
        let mut tx = office.store_write().await;
        tx.replace_organisation(&[ann], &[], &[]).await.unwrap();
        tx.commit().await.unwrap();
    }
    // The Sent copy knows whom it went to; what was delivered is the sample itself.
    let sent = [b"Bcc: bob@office.test, client@out.test\r\n", raw].concat();
    office.put("ann", "Sent", &Flags::default(), &sent, "sent").await;
    let flags = Flags { answered: true, ..Flags::default() };
    office.put("bob", "Archive/2026", &flags, raw, "mail").await;
    let before = office.copies("bob", mail).await;
    let number = office.ask(&office.portal, RECALL).await;
    office.settle().await;
    assert!(office.copies("bob", mail).await.is_empty(), "held: {}", path.display());
    office.decide(number, Verdict::Refused).await;
    office.settle().await;
    let after = office.copies("bob", mail).await;
    assert_eq!(after.len(), 1, "{}", path.display());
    assert!(after[0].1 == before[0].1 && after[0].1 == raw, "bytes of {}", path.display());
    assert_eq!(
        (&after[0].0.folder, &after[0].0.flags, after[0].0.received_at),
        (&before[0].0.folder, &before[0].0.flags, before[0].0.received_at)
    );
}
