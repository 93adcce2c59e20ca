//! What a search finds, and what it never does.

use diesel::connection::SimpleConnection;
use diesel::sql_types::Text;
use diesel::{QueryDsl, QueryableByName, RunQueryDsl, sql_query};
use mfa_desk::store::schema::queue_rows;
use mfa_desk::store::{AnyConnection, Purpose, migrate, open};

use crate::self_service::{ANNA, begins, reference, with_anna_as};

use super::{asks, lines, run, unhindered, world};
use crate::support::browser::Browser;
use crate::support::world::{OWNER, Setup, World};

async fn found(browser: &Browser, search: &str) -> Vec<String> {
    let asked = percent_encoding::utf8_percent_encode(search, percent_encoding::NON_ALPHANUMERIC);
    lines(browser.get(&format!("/desk?q={asked}")).await.is(200))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_case_is_found_by_everything_that_the_desk_sees_of_it() {
    let world = world().await;
    let other = asks(&world, "zoe@elsewhere.example", "Zoë Çelik", "It fell into the Seine").await;
    let (customer, reference) = world.confirmed(OWNER).await;
    let ana = world.agent("ana").await;
    world.presses(&ana, &reference, "notes", &[("body", "Sounds like a Quetzal, says Łukasz")]).await.is(200);
    world.presses(&ana, &reference, "messages", &[("body", "Kindly press the turquoise button")]).await.is(200);
    let page = customer.get(&format!("/cases/{reference}")).await;
    customer.send(&page, "/messages", &[("body", "電話が水没しました")]).await.is(200);
    for search in [
        reference.as_str(),
        &reference.to_lowercase(),
        &reference[..8],
        OWNER,
        "OLIVIA.owner@customers.example",
        "O•••@c•••.example",
        "Öwner",
        "owner",
        "olivia own",
        "OWNER oliv",
        "1001",
        "please",
        "code asks",
        "quetzal lukasz",
        "Łukasz",
        "turq",
        "quetzal turquoise",
        "水没",
        "電話",
    ] {
        let found = found(&ana, search).await;
        assert!(found.contains(&reference), "{search} finds {found:?}");
        assert!(!found.contains(&other) || ["O•••@c•••.example"].contains(&search), "{search} finds {found:?}");
    }
    assert_eq!(found(&ana, "zoe celik seine").await, std::slice::from_ref(&other));
    // All of the words, in one case.
    assert_eq!(found(&ana, "quetzal seine").await, Vec::<String>::new());
    assert_eq!(found(&ana, "wner").await, Vec::<String>::new());
    // Who reads may find.
    assert_eq!(found(&world.agent("aud").await, "quetzal").await, [reference]);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_only_reveal_shows_is_not_among_the_words() {
    let world = world().await;
    let (_, reference) = world.confirmed(OWNER).await;
    let ana = world.agent("ana").await;
    let note = "Call +44 7911 123 456 or 07911/123456, mail olivia.owner@customers.example quickly";
    world.presses(&ana, &reference, "notes", &[("body", note)]).await.is(200);
    assert_eq!(found(&ana, "quickly").await, std::slice::from_ref(&reference));
    for search in [
        "+447911123456",
        "447911123456",
        "7911",
        "07911",
        "123456",
        "+44 7911 123456",
        "customers",
        "olivia.owner@customers",
        "@customers.example",
        "customers.example",
    ] {
        assert_eq!(found(&ana, search).await, Vec::<String>::new(), "{search}");
    }
    let words: String = match open(&world.database.url, Purpose::Write).unwrap() {
        AnyConnection::Sqlite(mut c) => {
            #[derive(QueryableByName)]
            struct Term {
                #[diesel(sql_type = Text)]
                term: String,
            }
            c.batch_execute("CREATE VIRTUAL TABLE temp.terms USING fts5vocab(main, case_words, row)").unwrap();
            let terms: Vec<Term> = sql_query("SELECT term FROM terms").load(&mut c).unwrap();
            terms.into_iter().map(|row| row.term + " ").collect()
        }
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(mut c) => {
            #[derive(QueryableByName)]
            struct Kept {
                #[diesel(sql_type = Text)]
                words: String,
            }
            let kept: Vec<Kept> = sql_query("SELECT words::text AS words FROM case_words").load(&mut c).unwrap();
            kept.into_iter().map(|row| row.words).collect()
        }
    };
    assert!(words.contains("quickly") && words.contains("olivia"), "{words}");
    for secret in ["7911", "123456", "customers"] {
        assert!(!words.contains(secret), "{secret} in {words}");
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_typed_is_ever_taken_for_a_query() {
    let world = world().await;
    let reference = asks(&world, OWNER, "Olivia Owner", "I lost it NEAR the station").await;
    let ana = world.agent("ana").await;
    for search in [
        "\"",
        "'",
        "\"\"",
        "*",
        "a*",
        "(",
        ")",
        "lost)",
        "AND",
        "OR",
        "NOT",
        "lost AND",
        "NOT lost",
        "lost OR",
        "NEAR(",
        "NEAR(lost station, 5)",
        "words:lost",
        "{words} : lost",
        "-lost",
        "+lost",
        "^lost",
        "lost:*",
        "lost & !it",
        "!!",
        "lost <-> it",
        "<->",
        ":",
        ":*",
        "'lost':*",
        "\\",
        "\\'",
        "%",
        "_",
        "$1",
        "?",
        "; DROP TABLE case_words; --",
        "lost'; --",
        "\u{202e}tsol",
        "a\u{301}\u{301}\u{301}",
        "😀",
        "lost 😀",
        "٣",
        "ß",
        "ﬁ",
        "@",
        "a@",
        "@b",
        "a@b",
        "a@b@c",
        "o•••@c",
        "MFA-",
        "MFA-AAAA-AAAA",
        "\"lost\" \"it\"",
        "rowid",
        "case_words",
        "\t\r\n",
        "lost\u{2028}it",
        "１２３",
        "x'); SELECT 1; --",
        "\u{fdfa}",
    ] {
        let answer = found(&ana, search).await;
        assert!(answer.is_empty() || answer == [reference.clone()], "{search:?} finds {answer:?}");
    }
    found(&ana, &"a ".repeat(5_00)).await;
    found(&ana, &"é".repeat(1_000)).await;
    // Words are words, whatever a query language makes of them.
    assert_eq!(found(&ana, "near").await, std::slice::from_ref(&reference));
    assert_eq!(found(&ana, "and lost").await, Vec::<String>::new());
    assert_eq!(found(&ana, "\"lost\" -station").await, [reference]);
    ana.get("/desk?q=lost%00it").await.is(400);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reference_finds_its_case_alone_and_words_find_the_newest_first_page_by_page_and_back() {
    let world = world().await;
    let mut all = Vec::new();
    for n in 0..120 {
        all.push(asks(&world, &format!("p{n}@x{n}.example"), "Same Name", "").await);
    }
    all.reverse();
    let ana = world.agent("ana").await;
    // Another case speaks of the first one.
    world.presses(&ana, &all[7], "notes", &[("body", &format!("see {}", all[3]))]).await.is(200);
    assert_eq!(found(&ana, &all[3]).await, [all[3].clone()]);
    let mut page = ana.get("/desk?q=same").await;
    let mut seen = lines(&page);
    while let Some(next) = super::link(&page, "Next page") {
        // What is new does not move what is there.
        asks(&world, "new@new.example", "Same Newcomer", "").await;
        page = ana.get(&next).await;
        seen.extend(lines(&page));
    }
    assert_eq!(seen, all);
    let mut back = lines(&page);
    while let Some(previous) = super::link(&page, "Previous page") {
        page = ana.get(&previous).await;
        let mut before = lines(&page);
        before.extend(back);
        back = before;
    }
    assert_eq!(back.len(), 122);
    assert_eq!(back[2..], all);
    // Filters narrow a search.
    world.presses(&ana, &all[5], "claim", &[]).await.is(200);
    let page = ana.get("/desk?q=same&holder=none").await;
    assert!(!lines(&page).contains(&all[5]));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_word_that_could_be_a_reference_is_looked_for_as_a_word() {
    let world = world().await;
    let case = asks(&world, "p1@x.example", "Person", "I still have my password").await;
    let other = asks(&world, "p2@x.example", "Person", "It asks for passwords").await;
    let ana = world.agent("ana").await;
    assert!("password".parse::<mfa_desk::domain::reference::CaseRef>().is_ok(), "its last letter is a check symbol");
    assert_eq!(found(&ana, "password").await, [other.clone(), case.clone()]);
    assert_eq!(found(&ana, "my password").await, [case]);
    // The beginning of many words.
    for n in 0..70 {
        asks(&world, &format!("q{n}@x.example"), "Person", &format!("passage{n}")).await;
    }
    for (search, count) in
        [("pas", 50), ("pass", 50), ("passage", 50), ("passage6", 11), ("passw", 2), ("passwords", 1)]
    {
        assert_eq!(found(&ana, search).await.len(), count, "{search}");
    }
    assert_eq!(found(&ana, "it pass").await, [other]);
    world.stop().await;
}

/// Where every case stands in the queue.
fn rows(world: &World) -> Vec<(String, String, bool, Option<String>, chrono::NaiveDateTime)> {
    let columns =
        (queue_rows::case_id, queue_rows::stage, queue_rows::is_open, queue_rows::language, queue_rows::due_by);
    let mut connection = open(&world.database.url, Purpose::Write).unwrap();
    queue_rows::table.order(queue_rows::case_id).select(columns).load(&mut connection).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cases_from_before_the_search_are_found_after_the_update() {
    let world = world().await;
    world.confirmed("root@customers.example").await;
    world.clock.advance(chrono::TimeDelta::microseconds(59_999_999));
    let reference = asks(&world, OWNER, "Olivia Owner", "The quetzal took it").await;
    let before = rows(&world);
    let up = (
        include_str!("../../../migrations/sqlite/0005_queue/up.sql"),
        include_str!("../../../migrations/postgres/0005_queue/up.sql"),
    );
    let down = (
        include_str!("../../../migrations/sqlite/0005_queue/down.sql"),
        include_str!("../../../migrations/postgres/0005_queue/down.sql"),
    );
    let ana = world.agent("ana").await;
    run(&world, &format!("{}{}", down.0, up.0), &format!("{}{}", down.1, up.1));
    assert_eq!(rows(&world), before, "they stand where the program puts them");
    assert_eq!(found(&ana, "quetzal").await, Vec::<String>::new());
    assert!(lines(&ana.get("/desk").await).contains(&reference));
    migrate(&mut open(&world.database.url, Purpose::Write).unwrap()).unwrap();
    assert_eq!(found(&ana, "quetzal").await, std::slice::from_ref(&reference));
    world.presses(&ana, &reference, "claim", &[]).await.is(200);
    assert_eq!(lines(&ana.get("/desk?view=mine").await), [reference]);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_older_instance_did_after_the_update_is_taken_up() {
    let world = world().await;
    let mut all = Vec::new();
    for (n, word) in ["walnut", "quetzal", "zeppelin"].iter().enumerate() {
        world.clock.advance(chrono::TimeDelta::seconds(1));
        all.push(asks(&world, &format!("p{n}@x{n}.example"), "Person", word).await);
    }
    let ana = world.agent("ana").await;
    let before = rows(&world);
    // It makes cases without a place in the queue, and moves others without moving that.
    let forget = format!(
        "DELETE FROM case_words WHERE ROWS IN (SELECT n FROM queue_rows);
        DELETE FROM queue_rows WHERE case_id IN (SELECT id FROM cases WHERE reference <> '{}');
        UPDATE cases SET state = 'withdrawn', changed_at = '2030-01-01 00:00:00' WHERE reference = '{}';",
        all[2], all[2]
    );
    run(&world, &forget.replace("ROWS", "rowid"), &forget.replace("ROWS", "n"));
    assert_eq!(lines(&ana.get("/desk").await), std::slice::from_ref(&all[2]));
    // With the next change,
    world.presses(&ana, &all[0], "claim", &[]).await.is(200);
    assert_eq!(lines(&ana.get("/desk?view=mine&language=en").await), std::slice::from_ref(&all[0]));
    assert_eq!(found(&ana, "walnut").await, std::slice::from_ref(&all[0]));
    // or when somebody looks for them: at each start, and each hour.
    assert_eq!(found(&ana, "quetzal").await, Vec::<String>::new());
    assert_eq!(world.desk.place_cases().await.unwrap(), 2);
    assert_eq!(world.desk.place_cases().await.unwrap(), 0);
    assert_eq!(found(&ana, "quetzal").await, std::slice::from_ref(&all[1]));
    assert_eq!(found(&ana, "zeppelin").await, std::slice::from_ref(&all[2]));
    assert_eq!(lines(&ana.get("/desk?sort=submitted").await), all[..2]);
    assert_eq!(lines(&ana.get("/desk?view=ended").await), all[2..]);
    assert_eq!(rows(&world)[..2], before[..2]);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_case_in_its_owners_own_hands_is_found_by_its_reference_alone() {
    let world = with_anna_as(Setup { change: unhindered, ..Setup::default() }).await;
    begins(&world).await;
    let case = reference(&world).await;
    let ana = world.agent("ana").await;
    assert_eq!(found(&ana, &case).await, std::slice::from_ref(&case));
    for search in [&case[..8], "anna", ANNA, "password"] {
        assert!(!found(&ana, search).await.contains(&case), "{search}");
    }
    for view in ["open", "unassigned", "customer", "ended"] {
        assert!(!lines(&ana.get(&format!("/desk?view={view}")).await).contains(&case), "{view}");
    }
    world.stop().await;
}
