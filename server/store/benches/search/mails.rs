//! The organisation's sent mail: each message follows from its number alone, so every run and both databases have the
//! same. Words are as unevenly spread as in real texts: the n-th most common is about n times as rare as the first.

use domain::{
    ids::PersonId,
    mail::{Attachment, Fingerprint, NamedAddress},
    mail_system::FolderName,
    org::Person,
    sent::SentMessage,
    shared::Language,
    time::Timestamp,
};
use uuid::{Builder, Uuid};

/// 2024-11-24, and two years from there.
const FIRST: i64 = 1_732_400_000_000;
const SPAN: i64 = 2 * 365 * 86_400_000;

const CHINESE: &[&str] = &[
    "的",
    "合同",
    "请",
    "项目",
    "报价",
    "附件",
    "客户",
    "审批",
    "会议",
    "时间",
    "终稿",
    "草稿",
    "协议",
    "进度",
    "纪要",
    "通知",
    "采购",
    "财务",
    "确认",
    "方案",
    "审批单",
    "仓储",
    "物流",
    "验收",
    "付款",
    "发票",
    "季度",
    "报告",
    "培训",
    "差旅",
    "人力资源",
    "安排",
    "更新",
    "版本",
    "修改",
    "回复",
    "尽快",
    "谢谢",
    "您好",
    "各位",
];
const ENGLISH: &[&str] = &[
    "the",
    "contract",
    "please",
    "project",
    "quote",
    "attached",
    "customer",
    "approval",
    "meeting",
    "time",
    "final",
    "draft",
    "agreement",
    "progress",
    "minutes",
    "notice",
    "purchase",
    "finance",
    "confirm",
    "proposal",
    "report",
    "warehouse",
    "logistics",
    "acceptance",
    "payment",
    "invoice",
    "quarterly",
    "training",
    "travel",
    "schedule",
    "update",
    "version",
    "change",
    "reply",
    "soon",
    "thanks",
    "hello",
    "all",
    "team",
    "review",
];
/// Less common words of each language, made of parts.
const RARE: usize = 4_000;

const NAMES: &[&str] =
    &["林青", "王伟", "李娜", "张敏", "刘洋", "Anna Bauer", "Tom Reed", "陈静", "杨帆", "Mia Chen"];
const FILES: &[&str] =
    &["report_v2.pdf", "合同终稿.docx", "报价单.xlsx", "minutes.pdf", "IMG_2031.png", "方案-v3.pptx"];

pub struct Mails {
    count: usize,
    owners: usize,
}

impl Mails {
    pub fn new(count: usize, owners: usize) -> Self {
        Self { count, owners }
    }

    pub fn count(&self) -> usize {
        self.count
    }

    pub fn owners(&self) -> usize {
        self.owners
    }

    /// The moment after the last mail.
    pub fn now() -> Timestamp {
        Timestamp(FIRST + SPAN)
    }

    pub fn owner(n: usize) -> PersonId {
        PersonId(uuid(FIRST, n as u64, "owner"))
    }

    pub fn people(&self) -> Vec<Person> {
        (0..self.owners)
            .map(|n| Person {
                id: Self::owner(n),
                name: format!("{} {n}", NAMES[n % NAMES.len()]),
                address: address(n),
                aliases: vec![],
                department: None,
                manager: None,
                language: Language::Chinese,
                roles: vec![],
                active: true,
                legal_hold: false,
                delegates: vec![],
            })
            .collect()
    }

    /// In the order in which they were sent, by everybody in turn.
    pub fn mail(&self, n: usize) -> SentMessage {
        let mut dice = Dice::new(n as u64);
        let owner = dice.below(self.owners);
        let chinese = dice.below(10) < 6;
        let at = FIRST + SPAN / i64::try_from(self.count).unwrap() * i64::try_from(n).unwrap();
        let length = 30 + dice.below(90);
        let mut people =
            |count: usize| (0..count).map(|_| recipient(&mut dice, self.owners)).collect::<Vec<_>>();
        let (to, cc) = (people(1 + n % 3), people(n % 2));
        let files = usize::from(dice.below(10) < 3);
        SentMessage {
            id: uuid(at, n as u64, "mail").into(),
            owner: Self::owner(owner),
            folder: FolderName("Sent".into()),
            locator: format!("Sent/{n}"),
            message_id: format!("{n}@bench.test").parse().ok(),
            references: (n > 0 && dice.below(4) == 0)
                .then(|| format!("{}@bench.test", dice.below(n)).parse().unwrap())
                .into_iter()
                .collect(),
            subject: text(&mut dice, chinese, 4),
            sent_at: Timestamp(at),
            from: Some(named(owner)),
            to,
            cc,
            bcc: vec![],
            attachments: (0..files)
                .map(|_| Attachment {
                    name: FILES[dice.below(FILES.len())].into(),
                    content_type: "application/octet-stream".into(),
                    size: 100_000,
                })
                .collect(),
            text: text(&mut dice, chinese, length),
            fingerprint: Fingerprint([7; 32]),
            size: 2_000 + dice.below(if files > 0 { 9_000_000 } else { 40_000 }) as u64,
        }
    }
}

fn address(n: usize) -> domain::mail::EmailAddress {
    format!("p{n}@bench.test").parse().unwrap()
}

fn named(n: usize) -> NamedAddress {
    NamedAddress { name: NAMES[n % NAMES.len()].into(), address: address(n) }
}

fn recipient(dice: &mut Dice, owners: usize) -> NamedAddress {
    named(dice.below(owners))
}

fn text(dice: &mut Dice, chinese: bool, words: usize) -> String {
    let mut text = String::new();
    for at in 0..words {
        let word = word(dice.rank(RARE), chinese);
        if chinese {
            text.push_str(&word);
            if at % 8 == 7 {
                text.push('，');
            }
        } else {
            text.push_str(&word);
            text.push(' ');
        }
    }
    text
}

fn word(rank: usize, chinese: bool) -> String {
    let common = if chinese { CHINESE } else { ENGLISH };
    if let Some(word) = common.get(rank) {
        return (*word).into();
    }
    let mut dice = Dice::new(rank as u64 + if chinese { 1 << 40 } else { 1 << 41 });
    if chinese {
        let letter =
            |dice: &mut Dice| char::from_u32(0x4e00 + u32::try_from(dice.below(3_000)).unwrap()).unwrap();
        return [letter(&mut dice), letter(&mut dice)].iter().collect();
    }
    (0..2 + dice.below(3))
        .map(|_| ["ta", "re", "mo", "sil", "con", "der", "pu", "lan", "ex", "vi"][dice.below(10)])
        .collect()
}

/// Version 7, as the portal makes them.
fn uuid(millis: i64, n: u64, kind: &str) -> Uuid {
    let mut dice = Dice::new(n ^ ((kind.len() as u64) << 50));
    let mut random = [0; 10];
    random[..8].copy_from_slice(&dice.next().to_be_bytes());
    random[8..].copy_from_slice(&dice.next().to_be_bytes()[..2]);
    Builder::from_unix_timestamp_millis(millis.unsigned_abs(), &random).into_uuid()
}

/// `SplitMix64`.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x2545_f491_4f6c_dd1d).wrapping_add(42))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).unwrap()
    }

    /// Of words ordered by how common they are (Zipf).
    fn rank(&mut self, end: usize) -> usize {
        let even = f64::from(u32::try_from(self.next() >> 32).unwrap()) / f64::from(u32::MAX);
        let most = f64::from(u32::try_from(end).unwrap());
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and end")]
        let rank = most.powf(even) as usize;
        rank.saturating_sub(1).min(end - 1)
    }
}
