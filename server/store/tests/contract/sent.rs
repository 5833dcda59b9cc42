use crate::{
    bed::Bed,
    builders::{BO, MEI, at, case, id, mail},
};
use domain::{
    sent::{Page, SentCase, SentFilter, SentMessage, Total},
    shared::{CaseNumber, CaseState},
    store::Tx,
};

stories!(
    a_message_is_read_as_it_was_indexed,
    indexing_again_changes_nothing,
    hidden_mail_is_readable_and_comes_back,
    lists_are_newest_first_in_pages,
    a_list_knows_the_newest_case,
    messages_with_one_id_are_found_across_people,
);

const ALL: Page = Page { index: 0, size: 100 };

async fn found(tx: &mut Box<dyn Tx>, filter: &SentFilter) -> Vec<u128> {
    let listing = tx.list_sent(Bed::mei(), filter, ALL).await.unwrap();
    assert_eq!(listing.total, Total::Exactly(listing.rows.len() as u64));
    listing.rows.iter().map(|row| row.message.id.0.as_u128()).collect()
}

async fn a_message_is_read_as_it_was_indexed(bed: Bed) {
    let whole = mail(1, MEI, "合同 \u{1f4ce}");
    let mut bare = mail(2, MEI, "");
    (bare.message_id, bare.from) = (None, None);
    (bare.references, bare.to, bare.cc, bare.attachments) = (vec![], vec![], vec![], vec![]);
    bed.with_mails(&[whole.clone(), bare.clone()]).await;
    let mut tx = bed.read().await;
    assert_eq!(tx.sent(whole.id).await.unwrap(), Some(whole));
    assert_eq!(tx.sent(bare.id).await.unwrap(), Some(bare));
    assert_eq!(tx.sent(id(3)).await.unwrap(), None);

    // Mail may hold NUL; Postgres wouldn't.
    let mut tx = bed.write().await;
    tx.insert_sent(&[mail(4, MEI, "nul\0here")]).await.unwrap();
    assert_eq!(tx.sent(id(4)).await.unwrap().unwrap().subject, "nul\u{fffd}here");
}

async fn indexing_again_changes_nothing(bed: Bed) {
    bed.with_mails(&[mail(1, MEI, "first")]).await;
    let again = SentMessage { locator: "Sent/1".into(), ..mail(2, MEI, "second") };
    let mut tx = bed.write().await;
    tx.insert_sent(&[again, mail(3, MEI, "third")]).await.unwrap();
    let mut locators = tx.sent_locators(id(MEI)).await.unwrap();
    locators.sort();
    assert_eq!(locators, [("Sent/1".into(), id(1)), ("Sent/3".into(), id(3))]);
    assert_eq!(tx.sent(id(1)).await.unwrap().unwrap().subject, "first");
    assert_eq!(tx.sent_cursor(id(MEI)).await.unwrap(), None);
    for cursor in ["one", "two"] {
        tx.set_sent_cursor(id(MEI), cursor).await.unwrap();
    }
    assert_eq!(tx.sent_cursor(id(MEI)).await.unwrap().as_deref(), Some("two"));
    assert_eq!(tx.sent_cursor(id(BO)).await.unwrap(), None);
}

async fn hidden_mail_is_readable_and_comes_back(bed: Bed) {
    bed.with_mails(&[mail(1, MEI, "gone"), mail(2, MEI, "here")]).await;
    let mut tx = bed.write().await;
    tx.hide_sent(&[id(1)]).await.unwrap();
    tx.hide_sent(&[]).await.unwrap();
    assert_eq!(found(&mut tx, &SentFilter::default()).await, [2]);
    assert_eq!(tx.sent_locators(id(MEI)).await.unwrap(), [("Sent/2".into(), id(2))]);
    assert!(tx.sent(id(1)).await.unwrap().is_some());
    tx.insert_sent(&[SentMessage { id: id(9), ..mail(1, MEI, "gone") }]).await.unwrap();
    assert_eq!(found(&mut tx, &SentFilter::default()).await, [2, 1]);
}

async fn lists_are_newest_first_in_pages(bed: Bed) {
    let mails: Vec<_> = (1..=5).map(|n| mail(n, MEI, "x")).collect();
    bed.with_mails(&mails).await;
    let mut tx = bed.read().await;
    let mut seen = Vec::new();
    for index in 0..4 {
        let listing = tx.list_sent(id(MEI), &SentFilter::default(), Page { index, size: 2 }).await.unwrap();
        assert_eq!(listing.total, Total::Exactly(5));
        seen.extend(listing.rows.iter().map(|row| row.message.id.0.as_u128()));
    }
    assert_eq!(seen, [5, 4, 3, 2, 1]);
    let between = SentFilter { from: Some(at(2)), until: Some(at(4)), ..SentFilter::default() };
    assert_eq!(found(&mut tx, &between).await, [3, 2]);
    let beyond = Page { index: u64::MAX, size: u64::MAX };
    assert!(tx.list_sent(id(MEI), &SentFilter::default(), beyond).await.unwrap().rows.is_empty());
}

async fn a_list_knows_the_newest_case(bed: Bed) {
    bed.with_mails(&[mail(1, MEI, "x"), mail(2, MEI, "y")]).await;
    let (first, targets) = case(1, 1);
    let mut second = first.clone();
    (second.id, second.number, second.created_at) = (id(8), CaseNumber::new(2027, 1), at(500));
    second.state = CaseState::Finished;
    let mut tx = bed.write().await;
    tx.insert_case(&second, &[], &[]).await.unwrap();
    tx.insert_case(&first, &targets, &[]).await.unwrap();
    let listing = tx.list_sent(id(MEI), &SentFilter::default(), ALL).await.unwrap();
    let cases: Vec<_> = listing.rows.iter().map(|row| row.case).collect();
    let newest = SentCase { number: second.number, state: CaseState::Finished };
    assert_eq!(cases, [None, Some(newest)]);
    assert_ne!(first.state, second.state);
    for (has_case, hits) in [(true, [1]), (false, [2])] {
        let filter = SentFilter { has_case: Some(has_case), ..SentFilter::default() };
        assert_eq!(found(&mut tx, &filter).await, hits);
    }
}

async fn messages_with_one_id_are_found_across_people(bed: Bed) {
    let mut same = mail(2, BO, "forged");
    same.message_id = mail(1, MEI, "").message_id;
    bed.with_mails(&[mail(1, MEI, "x"), same.clone(), mail(3, MEI, "y")]).await;
    let mut tx = bed.read().await;
    let mut found = tx.sent_by_message_id(same.message_id.as_ref().unwrap()).await.unwrap();
    found.sort_by_key(|message| message.id);
    assert_eq!(found, [mail(1, MEI, "x"), same]);
    // Byte for byte: capitals make another id.
    assert!(tx.sent_by_message_id(&"1@EXAMPLE.test".parse().unwrap()).await.unwrap().is_empty());
}
