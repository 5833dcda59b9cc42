use super::*;
use domain::{
    ids::SentId,
    mail::{Attachment, Fingerprint},
    mail_system::FolderName,
    time::Timestamp,
};
use uuid::Uuid;

fn sender() -> Person {
    Person {
        id: Uuid::from_u128(1).into(),
        name: "林梅".into(),
        address: "mei@example.com".parse().unwrap(),
        aliases: vec![],
        department: None,
        manager: None,
        language: Language::Chinese,
        roles: vec![],
        active: true,
        legal_hold: false,
        delegates: vec![],
    }
}

fn message(subject: &str, files: &[&str]) -> SentMessage {
    let file =
        |name: &&str| Attachment { name: (*name).into(), content_type: "application/pdf".into(), size: 1 };
    SentMessage {
        id: SentId(Uuid::from_u128(2)),
        owner: sender().id,
        folder: FolderName("Sent".into()),
        locator: String::new(),
        message_id: None,
        references: vec![],
        subject: subject.into(),
        sent_at: Timestamp(1_769_994_000_000), // 2026-02-02 09:00 in Shanghai
        from: None,
        to: vec![],
        cc: vec![],
        bcc: vec![],
        attachments: files.iter().map(file).collect(),
        text: String::new(),
        fingerprint: Fingerprint([0; 32]),
        size: 1,
    }
}

fn form(intent: Intent, reason: ReasonKind) -> DraftForm {
    DraftForm {
        intent,
        recipients: vec![],
        include_read: false,
        reason,
        note: String::new(),
        subject: String::new(),
        text: String::new(),
    }
}

fn with<T>(message: &SentMessage, work: impl FnOnce(About) -> T) -> T {
    let sender = sender();
    work(About { message, sender: &sender, zone: chrono_tz::Asia::Shanghai })
}

#[test]
fn sensitive_attachment_in_chinese_names_apologises_asks_and_thanks() {
    let message = message("合同", &["合同.pdf", "内部审批.docx"]);
    let letter = with(&message, |about| {
        template(about, Language::Chinese, Intent::Recall, ReasonKind::WrongAttachment)
    });
    assert_eq!(letter.subject, "更正：合同");
    for part in [
        "您好：\n\n",
        "2月2日",
        "“合同”",
        "合同.pdf / 内部审批.docx",
        "非常抱歉",
        "请您删除",
        "感谢",
        "\n\n林梅",
    ] {
        assert!(letter.text.contains(part), "{part} in {}", letter.text);
    }
    assert_eq!(marks::left(&letter.text), ["（请填写：是哪个文件？合同.pdf / 内部审批.docx）"]);
    assert!(!marks::announces_files(&letter.text), "nothing is attached in its place: {}", letter.text);
}

#[test]
fn sensitive_attachment_in_english_names_the_only_file_itself() {
    let message = message("Contract", &["approval.docx"]);
    let letter = with(&message, |about| {
        template(about, Language::English, Intent::Recall, ReasonKind::WrongAttachment)
    });
    assert_eq!(letter.subject, "Correction: Contract");
    for part in ["2 February", "“Contract”", "approval.docx", "apologise", "Please delete", "Thank you"] {
        assert!(letter.text.contains(part), "{part} in {}", letter.text);
    }
    assert_eq!(marks::left(&letter.text), Vec::<&str>::new());
}

#[test]
fn wrong_version_says_what_was_wrong_and_what_is_new() {
    let message = message("通知", &["办法.docx"]);
    for (language, announced) in [(Language::Chinese, "附在本邮件中"), (Language::English, "is attached")]
    {
        let letter = with(&message, |about| {
            template(about, language, Intent::RecallAndReplace, ReasonKind::WrongVersion)
        });
        assert_eq!(marks::left(&letter.text).len(), 2, "{}", letter.text);
        assert!(letter.text.contains(announced) && marks::announces_files(&letter.text), "{}", letter.text);
        let recalled =
            with(&message, |about| template(about, language, Intent::Recall, ReasonKind::WrongVersion));
        assert!(!marks::announces_files(&recalled.text), "nothing is put in its place: {}", recalled.text);
    }
}

#[test]
fn a_wrong_text_is_put_right_by_text() {
    let message = message("通知", &[]);
    let letter = with(&message, |about| {
        template(about, Language::Chinese, Intent::RecallAndReplace, ReasonKind::WrongVersion)
    });
    assert!(!marks::announces_files(&letter.text), "{}", letter.text);
    assert!(
        letter.text.contains("正确的内容如下") && marks::left(&letter.text).len() == 3,
        "{}",
        letter.text
    );
}

#[test]
fn every_template_is_whole_in_both_languages() {
    let message = message("", &[]);
    for language in Language::ALL {
        for (intent, reason) in Intent::ALL.iter().flat_map(|i| ReasonKind::ALL.iter().map(move |r| (*i, *r)))
        {
            let letter = with(&message, |about| template(about, language, intent, reason));
            assert!(
                !letter.text.contains("No localization") && !letter.text.contains('{'),
                "{}",
                letter.text
            );
            assert!(letter.text.ends_with("林梅") && !letter.text.contains('\r'));
            assert_eq!(language_of(&letter.text, Language::English), language, "{}", letter.text);
        }
    }
}

#[test]
fn an_untouched_letter_follows_the_choices() {
    let message = message("通知", &["a.pdf"]);
    let mut form = form(Intent::Recall, ReasonKind::WrongAttachment);
    with(&message, |about| {
        follow(about, &mut form, Language::Chinese);
        assert_eq!(Letter::of(&form), Letter::default(), "a recall without a letter stays without");
        form.intent = Intent::RecallAndReplace;
        follow(about, &mut form, Language::Chinese);
        assert!(form.text.contains("正确的文件"), "needed, so it appears: {}", form.text);
        form.reason = ReasonKind::WrongVersion;
        follow(about, &mut form, Language::English);
        assert!(form.text.contains("not the right version"), "{}", form.text);
    });
}

#[test]
fn what_somebody_wrote_is_never_replaced_only_moved() {
    let message = message("通知", &[]);
    let mut form = form(Intent::CorrectOnly, ReasonKind::Wording);
    form.subject = "抱歉".into();
    form.text = "我写的话".into();
    with(&message, |about| {
        let before = form.clone();
        follow(about, &mut form, Language::Chinese);
        assert_eq!(form, before);
        use_template(about, &mut form, Language::Chinese);
    });
    assert_eq!(form.subject, "更正：通知");
    assert!(form.text.starts_with("您好：") && form.text.ends_with("抱歉\n我写的话"), "{}", form.text);
    assert!(marks::left(&form.text).iter().any(|mark| mark.contains("之前写的内容")), "{}", form.text);
}

#[test]
fn only_a_recall_that_reaches_everybody_starts_without_a_letter() {
    assert!(!is_wanted(Intent::Recall, true));
    assert!(is_wanted(Intent::Recall, false) && is_wanted(Intent::CorrectOnly, true));
}
