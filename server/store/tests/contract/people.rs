use crate::{
    bed::Bed,
    builders::{address, id, person},
};
use domain::{
    org::{
        Delegate, Department, Directory, Group, Member,
        import::{Document, parse_toml, take_over},
    },
    shared::{Language, Role},
    store::StoreError,
    world::World,
};
use testkit::world::world;

stories!(
    an_organisation_is_read_as_it_was_written,
    people_swap_addresses_and_keep_their_passwords,
    an_address_belongs_to_one_person,
    who_comes_back_needs_a_new_password,
    an_address_is_handed_on,
    version_counts_every_change,
    ten_thousand_people_fit,
);

async fn an_organisation_is_read_as_it_was_written(bed: Bed) {
    let (outer, inner) = (id(10), id(11));
    let departments = [
        Department { id: inner, name: "平台".into(), parent: Some(outer) },
        Department { id: outer, name: "研发".into(), parent: None },
    ];
    let mut mei = person(1, "林美");
    mei.aliases = vec![address("mei@example.test"), address("lin@example.test")];
    mei.department = Some(inner);
    mei.manager = Some(id(2));
    mei.roles = vec![Role::Helpdesk, Role::Administrator];
    mei.delegates = vec![Delegate::Group(id(20)), Delegate::Person(id(2))];
    let mut bo = person(2, "Bo");
    (bo.active, bo.legal_hold, bo.language) = (false, true, Language::English);
    let everyone = Group {
        id: id(20),
        address: address("all@example.test"),
        name: "全员".into(),
        members: vec![
            Member::Outside(address("partner@client.test")),
            Member::Person(id(2)),
            Member::Group(id(21)),
            Member::Person(id(1)),
        ],
    };
    let empty =
        Group { id: id(21), address: address("none@example.test"), name: String::new(), members: vec![] };
    let mut tx = bed.write().await;
    tx.replace_organisation(&[mei.clone(), bo.clone()], &departments, &[everyone.clone(), empty.clone()])
        .await
        .unwrap();
    tx.commit().await.unwrap();

    let directory = bed.read().await.directory().await.unwrap();
    assert_eq!(directory.people(), [&bo, &mei]);
    assert_eq!(directory.groups(), [&everyone, &empty]);
    assert_eq!(directory.department_path(inner), ["研发", "平台"]);

    let mut tx = bed.write().await;
    tx.replace_organisation(&[], &[], &[]).await.unwrap();
    tx.commit().await.unwrap();
    let directory = bed.read().await.directory().await.unwrap();
    assert_eq!((directory.people().len(), directory.groups().len()), (2, 0));
}

async fn people_swap_addresses_and_keep_their_passwords(bed: Bed) {
    let (mut one, mut two) = (person(1, "One"), person(2, "Two"));
    one.aliases = vec![address("shared@example.test")];
    let mut tx = bed.write().await;
    tx.replace_organisation(&[one.clone(), two.clone()], &[], &[]).await.unwrap();
    assert_eq!(tx.password_hash(one.id).await.unwrap(), None);
    tx.set_password_hash(one.id, "$argon2id$x").await.unwrap();
    (one.address, two.address) = (two.address, one.address);
    two.aliases = std::mem::take(&mut one.aliases);
    tx.replace_organisation(&[one.clone(), two.clone()], &[], &[]).await.unwrap();
    tx.commit().await.unwrap();

    let mut tx = bed.read().await;
    assert_eq!(tx.directory().await.unwrap().people(), [&one, &two]);
    assert_eq!(tx.password_hash(one.id).await.unwrap().as_deref(), Some("$argon2id$x"));
    assert_eq!(tx.password_hash(id(99)).await.unwrap(), None);

    let mut tx = bed.write().await;
    tx.forget_password(one.id).await.unwrap();
    assert_eq!(tx.password_hash(one.id).await.unwrap(), None);
}

/// An import of these: `name <address>`, with an alias if one is given.
async fn import(bed: &Bed, world: &World, people: &[(&str, &str, Option<&str>)]) -> Directory {
    let person = |(name, address, alias): &(&str, &str, Option<&str>)| {
        let aliases = alias.map(|alias| format!("aliases = [\"{alias}\"]\n")).unwrap_or_default();
        format!("[[person]]\nname = \"{name}\"\naddress = \"{address}\"\n{aliases}")
    };
    let text: String = people.iter().map(person).collect();
    let plan = parse_toml(Document { name: "people.toml", text: &text }).unwrap();
    take_over(&bed.db, world, &plan).await.unwrap();
    bed.read().await.directory().await.unwrap()
}

async fn who_comes_back_needs_a_new_password(bed: Bed) {
    let (world, _) = world(1);
    let (ann, bo) = (("Ann", "ann@x.test", None), ("Bo", "bo@x.test", None));
    let first = import(&bed, &world, &[ann, bo]).await;
    let ids = ["ann@x.test", "bo@x.test"].map(|one| first.person_by_address(&address(one)).unwrap().id);
    let mut tx = bed.write().await;
    for id in ids {
        tx.set_password_hash(id, "$argon2id$x").await.unwrap();
    }
    tx.commit().await.unwrap();
    import(&bed, &world, &[bo]).await;
    let last = import(&bed, &world, &[ann, bo]).await;
    assert_eq!(last.person_by_address(&address("ann@x.test")).unwrap().id, ids[0]);
    let mut tx = bed.read().await;
    assert_eq!(tx.password_hash(ids[0]).await.unwrap(), None);
    assert!(tx.password_hash(ids[1]).await.unwrap().is_some(), "who stayed keeps theirs");
}

async fn an_address_is_handed_on(bed: Bed) {
    let (world, _) = world(1);
    let first = import(&bed, &world, &[("Ann", "ann@x.test", None)]).await;
    let ann = first.person_by_address(&address("ann@x.test")).unwrap().id;
    for next in [("Eve", "eve@x.test", Some("ann@x.test")), ("Anna", "ann@x.test", None)] {
        let now = import(&bed, &world, &[next]).await;
        let owner = now.person_by_address(&address("ann@x.test")).unwrap();
        assert_eq!(owner.name, next.0);
        assert_ne!(owner.id, ann);
        assert!(!now.person(ann).unwrap().active);
    }
}

async fn an_address_belongs_to_one_person(bed: Bed) {
    let (one, mut two) = (person(1, "One"), person(2, "Two"));
    two.aliases = vec![one.address.clone()];
    let mut tx = bed.write().await;
    let refused = tx.replace_organisation(&[one, two], &[], &[]).await;
    assert!(matches!(refused, Err(StoreError::Conflict("the address of a person"))), "{refused:?}");
}

async fn version_counts_every_change(bed: Bed) {
    let mut tx = bed.write().await;
    let mut versions = vec![tx.directory_version().await.unwrap()];
    tx.replace_organisation(&[person(1, "One")], &[], &[]).await.unwrap();
    versions.push(tx.directory_version().await.unwrap());
    tx.set_roles(id(1), &[Role::Approver]).await.unwrap();
    versions.push(tx.directory_version().await.unwrap());
    tx.set_language(id(1), Language::English).await.unwrap();
    versions.push(tx.directory_version().await.unwrap());
    tx.set_password_hash(id(1), "x").await.unwrap();
    assert_eq!(tx.directory_version().await.unwrap(), *versions.last().unwrap());
    assert!(versions.windows(2).all(|pair| pair[0] < pair[1]), "{versions:?}");

    let directory = tx.directory().await.unwrap();
    let one = directory.person(id(1)).unwrap();
    assert_eq!((one.roles.as_slice(), one.language), ([Role::Approver].as_slice(), Language::English));
    for missing in [
        tx.set_roles(id(9), &[]).await,
        tx.set_language(id(9), Language::Chinese).await,
        tx.set_password_hash(id(9), "x").await,
    ] {
        assert!(matches!(missing, Err(StoreError::Missing("the person"))), "{missing:?}");
    }
}

/// More bound values than one statement may have.
async fn ten_thousand_people_fit(bed: Bed) {
    let people: Vec<_> = (1..=10_000).map(|n| person(n, "P")).collect();
    let members = people.iter().map(|person| Member::Person(person.id)).collect();
    let everyone = Group { id: id(1), address: address("all@example.test"), name: String::new(), members };
    let mut tx = bed.write().await;
    for _ in 0..2 {
        tx.replace_organisation(&people, &[], std::slice::from_ref(&everyone)).await.unwrap();
    }
    tx.commit().await.unwrap();
    let directory = bed.read().await.directory().await.unwrap();
    assert_eq!(directory.people().len(), 10_000);
    assert_eq!(directory.groups(), [&everyone]);
}
