//! The tables as diesel sees them; the same for both databases.
#![allow(missing_docs)]

diesel::table! {
    accounts (id) {
        id -> Text,
        email -> Text,
        email_key -> Text,
        number -> Nullable<Text>,
        name -> Text,
        kind -> Text,
        tier -> Text,
        phone -> Nullable<Text>,
        status -> Text,
        password_hash -> Nullable<Text>,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        email_changed_at -> Nullable<Timestamp>,
        phone_changed_at -> Nullable<Timestamp>,
        country -> Nullable<Text>,
        code_failures -> Integer,
        language -> Nullable<Text>,
        staff -> Bool,
        directory -> Text,
        login -> Nullable<Text>,
        read_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    account_administrators (account_id, administrator_id) {
        account_id -> Text,
        administrator_id -> Text,
    }
}

diesel::table! {
    authenticators (id) {
        id -> Text,
        account_id -> Text,
        kind -> Text,
        label -> Text,
        state -> Text,
        enrolled_at -> Timestamp,
        deactivated_at -> Nullable<Timestamp>,
        secret -> Nullable<Text>,
        drift -> BigInt,
        last_step -> Nullable<BigInt>,
        passkey -> Nullable<Text>,
        last_used_at -> Nullable<Timestamp>,
        credential_id -> Nullable<Text>,
        sign_count -> BigInt,
        serial -> Nullable<Text>,
    }
}

diesel::table! {
    agents (id) {
        id -> Text,
        email -> Text,
        email_key -> Text,
        name -> Text,
        role -> Text,
        suspended_at -> Nullable<Timestamp>,
        created_at -> Timestamp,
        void_before -> Nullable<Timestamp>,
        sso_subject -> Nullable<Text>,
        appointed_by -> Nullable<Text>,
        appointed_at -> Nullable<Timestamp>,
        signed_in_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    agent_sessions (id) {
        id -> Text,
        agent_id -> Text,
        assurance -> Text,
        method -> Text,
        proved_at -> Nullable<Timestamp>,
        enrol_link_id -> Nullable<Text>,
        ip -> Text,
        device -> Text,
        created_at -> Timestamp,
        last_seen_at -> Timestamp,
        expires_at -> Timestamp,
        ended_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    cases (id) {
        id -> Text,
        reference -> Text,
        submission_key -> Text,
        state -> Text,
        version -> BigInt,
        account_id -> Nullable<Text>,
        tier -> Nullable<Text>,
        holder_id -> Nullable<Text>,
        evidence_since -> Timestamp,
        wait_path -> Nullable<Text>,
        wait_started_at -> Nullable<Timestamp>,
        wait_ends_at -> Nullable<Timestamp>,
        wait_usable_until -> Nullable<Timestamp>,
        submitted_at -> Timestamp,
        state_since -> Timestamp,
        expires_at -> Timestamp,
        due_at -> Nullable<Timestamp>,
        answer_by -> Nullable<Timestamp>,
        disputed_from -> Nullable<Text>,
        ended_reason -> Nullable<Text>,
        changed_by -> Text,
        changed_at -> Timestamp,
        asked_by -> Nullable<Text>,
        asked_at -> Nullable<Timestamp>,
        wait_reminded -> Bool,
        conclusion -> Nullable<Text>,
        barred -> Text,
        raised_seconds -> BigInt,
        raised_approvals -> Integer,
        with_owner -> Bool,
    }
}

diesel::table! {
    case_authenticators (case_id, authenticator_id) {
        case_id -> Text,
        authenticator_id -> Text,
        approved -> Bool,
        nth -> Nullable<Integer>,
        progress -> Nullable<Text>,
        failure -> Nullable<Text>,
    }
}

diesel::table! {
    case_forms (case_id) {
        case_id -> Text,
        email -> Text,
        email_key -> Text,
        account_number -> Nullable<Text>,
        name -> Text,
        device_kind -> Text,
        reason -> Text,
        failed_step -> Text,
        phone -> Nullable<Text>,
        language -> Text,
        callback_time -> Text,
        message -> Text,
    }
}

diesel::table! {
    event_numbers (case_id) {
        case_id -> Text,
        last -> BigInt,
    }
}

diesel::table! {
    evidence (id) {
        id -> Text,
        case_id -> Text,
        kind -> Text,
        outcome -> Text,
        at -> Timestamp,
        valid_until -> Nullable<Timestamp>,
        agent_id -> Nullable<Text>,
        subject -> Nullable<Text>,
        in_wait -> Bool,
        administrator_id -> Nullable<Text>,
    }
}

diesel::table! {
    approvals (id) {
        id -> Text,
        case_id -> Text,
        agent_id -> Text,
        at -> Timestamp,
        path -> Text,
        evidence -> Text,
    }
}

diesel::table! {
    case_entries (id) {
        id -> Text,
        case_id -> Text,
        kind -> Text,
        agent_id -> Nullable<Text>,
        at -> Timestamp,
        body -> Text,
    }
}

diesel::table! {
    case_merges (case_id) {
        case_id -> Text,
        into_id -> Text,
        at -> Timestamp,
    }
}

diesel::table! {
    canned_replies (id) {
        id -> Text,
        title -> Text,
        changed_at -> Timestamp,
        removed_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    canned_texts (reply_id, language) {
        reply_id -> Text,
        language -> Text,
        body -> Text,
    }
}

diesel::table! {
    case_presence (case_id, agent_id) {
        case_id -> Text,
        agent_id -> Text,
        seen_at -> Timestamp,
        wrote_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    case_drafts (case_id, agent_id, field) {
        case_id -> Text,
        agent_id -> Text,
        field -> Text,
        body -> Text,
        at -> Timestamp,
    }
}

diesel::table! {
    links (id) {
        id -> Text,
        case_id -> Text,
        purpose -> Text,
        token_hash -> Text,
        subject -> Text,
        created_at -> Timestamp,
        expires_at -> Timestamp,
        opened_at -> Nullable<Timestamp>,
        used_at -> Nullable<Timestamp>,
        account_id -> Nullable<Text>,
    }
}

diesel::table! {
    customer_sessions (id) {
        id -> Text,
        case_id -> Text,
        token_hash -> Text,
        created_at -> Timestamp,
        expires_at -> Timestamp,
    }
}

diesel::table! {
    challenges (id) {
        id -> Text,
        case_id -> Text,
        kind -> Text,
        session_id -> Nullable<Text>,
        agent_id -> Nullable<Text>,
        code_hash -> Nullable<Text>,
        subject -> Text,
        state -> Text,
        tries_left -> Integer,
        created_at -> Timestamp,
        expires_at -> Timestamp,
        account_session_id -> Nullable<Text>,
    }
}

diesel::table! {
    calls (id) {
        id -> Text,
        challenge_id -> Nullable<Text>,
        phone_change_id -> Nullable<Text>,
        phone -> Text,
        provider_id -> Nullable<Text>,
        state -> Text,
        says -> Text,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    outbox (id) {
        id -> Text,
        kind -> Text,
        case_id -> Nullable<Text>,
        account_id -> Nullable<Text>,
        payload -> Text,
        state -> Text,
        attempts -> Integer,
        next_at -> Timestamp,
        created_at -> Timestamp,
        done_at -> Nullable<Timestamp>,
        last_error -> Nullable<Text>,
        subscriber -> Nullable<Text>,
        sequence -> Nullable<BigInt>,
    }
}

diesel::table! {
    throttle_events (id) {
        id -> Text,
        scope -> Text,
        subject -> Text,
        at -> Timestamp,
    }
}

diesel::table! {
    audit_entries (seq) {
        seq -> BigInt,
        at -> Text,
        actor_kind -> Text,
        actor -> Text,
        action -> Text,
        case_ref -> Text,
        account_id -> Text,
        ip -> Text,
        details -> Text,
        prev_hash -> Text,
        hash -> Text,
        form -> Integer,
        actor_salt -> Text,
        account_salt -> Text,
        ip_salt -> Text,
        erased -> Integer,
    }
}

diesel::table! {
    audit_erasures (entry_seq, field) {
        entry_seq -> BigInt,
        field -> Text,
        digest -> Text,
        by_seq -> BigInt,
    }
}

diesel::table! {
    audit_head (id) {
        id -> Integer,
        seq -> BigInt,
        hash -> Text,
        frontier -> Text,
    }
}

diesel::table! {
    audit_nodes (level, position) {
        level -> Integer,
        position -> BigInt,
        hash -> Text,
    }
}

diesel::table! {
    audit_checkpoints (size) {
        size -> BigInt,
        root -> Text,
        note -> Text,
        at -> Timestamp,
    }
}

diesel::table! {
    audit_places (place) {
        place -> Text,
        size -> BigInt,
        tries -> Integer,
        next_at -> Timestamp,
        error -> Nullable<Text>,
    }
}

diesel::table! {
    case_origins (case_id) {
        case_id -> Text,
        person -> Text,
        network -> Text,
        phone -> Nullable<Text>,
        mail_domain -> Text,
        wording -> Nullable<Text>,
        country -> Nullable<Text>,
        submitted_at -> Timestamp,
    }
}

diesel::table! {
    evidence_notes (evidence_id) {
        evidence_id -> Text,
        case_id -> Text,
        body -> Text,
    }
}

diesel::table! {
    recovery_codes (id) {
        id -> Text,
        account_id -> Text,
        authenticator_id -> Text,
        code_hash -> Text,
        created_at -> Timestamp,
        used_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    account_sessions (id) {
        id -> Text,
        account_id -> Text,
        token_hash -> Text,
        assurance -> Text,
        case_id -> Nullable<Text>,
        method -> Text,
        proved_at -> Nullable<Timestamp>,
        ip -> Text,
        device -> Text,
        created_at -> Timestamp,
        last_seen_at -> Timestamp,
        expires_at -> Timestamp,
        ended_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    known_devices (id) {
        id -> Text,
        account_id -> Text,
        token_hash -> Text,
        device -> Text,
        created_at -> Timestamp,
        last_seen_at -> Timestamp,
    }
}

diesel::table! {
    password_failures (subject) {
        subject -> Text,
        failures -> Integer,
        last_at -> Timestamp,
    }
}

diesel::table! {
    ceremonies (id) {
        id -> Text,
        account_id -> Text,
        kind -> Text,
        session_id -> Text,
        state -> Text,
        created_at -> Timestamp,
        expires_at -> Timestamp,
        used_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    sign_in_links (id) {
        id -> Text,
        account_id -> Text,
        purpose -> Text,
        token_hash -> Text,
        created_at -> Timestamp,
        expires_at -> Timestamp,
        used_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    sso_sign_ins (state_hash) {
        state_hash -> Text,
        sealed -> Text,
        created_at -> Timestamp,
        expires_at -> Timestamp,
        used_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    recoveries (case_id) {
        case_id -> Text,
        account_id -> Text,
        session_id -> Text,
        started_at -> Timestamp,
        language -> Text,
        failed -> Nullable<Text>,
        handed_over_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    documents (id) {
        id -> Text,
        case_id -> Text,
        kind -> Text,
        size -> BigInt,
        digest -> Text,
        key_id -> Text,
        sealed -> Nullable<Binary>,
        uploaded_at -> Timestamp,
        erased_at -> Nullable<Timestamp>,
        mail_id -> Nullable<Text>,
    }
}

diesel::table! {
    inbound_mails (id) {
        id -> Text,
        digest -> Text,
        way -> Text,
        fate -> Text,
        aside -> Nullable<Text>,
        sign -> Nullable<Text>,
        case_id -> Nullable<Text>,
        entry_id -> Nullable<Text>,
        matched_by -> Nullable<Text>,
        sender -> Text,
        from_address -> Text,
        subject -> Text,
        rest -> Text,
        files -> Text,
        size -> BigInt,
        received_at -> Timestamp,
        decided_at -> Nullable<Timestamp>,
        key_id -> Nullable<Text>,
        sealed -> Nullable<Binary>,
    }
}

diesel::table! {
    mail_failures (mail_id) {
        mail_id -> Text,
        case_id -> Text,
        subject -> Text,
        permanent -> Bool,
        status -> Text,
        at -> Timestamp,
        cleared_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    feeds (name) {
        name -> Text,
        holder -> Text,
        until -> Timestamp,
        seq -> BigInt,
        batch -> BigInt,
        taken_at -> Nullable<Timestamp>,
        failures -> Integer,
        next_at -> Timestamp,
        trouble -> Nullable<Text>,
        trouble_since -> Nullable<Timestamp>,
    }
}

diesel::table! {
    mailbox_readers (mailbox) {
        mailbox -> Text,
        holder -> Text,
        until -> Timestamp,
        trouble -> Nullable<Text>,
        trouble_since -> Nullable<Timestamp>,
    }
}

diesel::table! {
    phone_changes (id) {
        id -> Text,
        case_id -> Text,
        account_id -> Text,
        state -> Text,
        version -> BigInt,
        old_phone -> Nullable<Text>,
        new_phone -> Text,
        requested_by -> Text,
        agent_id -> Nullable<Text>,
        administrator_id -> Nullable<Text>,
        requested_at -> Timestamp,
        approved_by -> Nullable<Text>,
        approved_at -> Nullable<Timestamp>,
        held_at -> Nullable<Timestamp>,
        effective_at -> Nullable<Timestamp>,
        reminded -> Bool,
        frozen_from -> Nullable<Text>,
        state_since -> Timestamp,
        due_at -> Nullable<Timestamp>,
        ordered_at -> Nullable<Timestamp>,
        failure -> Nullable<Text>,
        given_up -> Bool,
    }
}

diesel::table! {
    contacts (id) {
        id -> Text,
        directory -> Text,
        login -> Text,
        email -> Nullable<Text>,
        email_key -> Nullable<Text>,
        phone -> Nullable<Text>,
        name -> Nullable<Text>,
        kind -> Nullable<Text>,
        tier -> Nullable<Text>,
        country -> Nullable<Text>,
        administrators -> Text,
        since -> Timestamp,
        email_changed_at -> Nullable<Timestamp>,
        phone_changed_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    contact_changes (id) {
        id -> Text,
        directory -> Text,
        login -> Text,
        email -> Nullable<Text>,
        email_key -> Nullable<Text>,
        phone -> Nullable<Text>,
        name -> Nullable<Text>,
        kind -> Nullable<Text>,
        tier -> Nullable<Text>,
        country -> Nullable<Text>,
        administrators -> Text,
        state -> Text,
        requested_at -> Timestamp,
        requested_by -> Text,
        old_email -> Nullable<Text>,
        old_phone -> Nullable<Text>,
        told_at -> Nullable<Timestamp>,
        effective_at -> Nullable<Timestamp>,
        reminded -> Bool,
        stop_hash -> Nullable<Text>,
        opened_at -> Nullable<Timestamp>,
        ended_at -> Nullable<Timestamp>,
        ended_by -> Nullable<Text>,
        objected_at -> Nullable<Timestamp>,
        due_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    alarms (id) {
        id -> Text,
        kind -> Text,
        case_id -> Nullable<Text>,
        account_id -> Nullable<Text>,
        at -> Timestamp,
        seen_by -> Nullable<Text>,
        seen_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    blocks (id) {
        id -> Text,
        scope -> Text,
        subject -> Text,
        about -> Text,
        case_id -> Nullable<Text>,
        account_id -> Nullable<Text>,
        at -> Timestamp,
        until -> Nullable<Timestamp>,
        lifted_by -> Nullable<Text>,
        lifted_at -> Nullable<Timestamp>,
        lift_reason -> Nullable<Text>,
    }
}

diesel::table! {
    enrolments (case_id) {
        case_id -> Text,
        account_id -> Text,
        serial -> Text,
        begun_at -> Timestamp,
        tried_at -> Nullable<Timestamp>,
        done_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    queue_rows (n) {
        n -> BigInt,
        case_id -> Text,
        stage -> Text,
        is_open -> Bool,
        state -> Text,
        holder_id -> Nullable<Text>,
        tier -> Nullable<Text>,
        language -> Nullable<Text>,
        submitted_at -> Timestamp,
        changed_at -> Timestamp,
        due_by -> Timestamp,
    }
}

diesel::table! {
    queue_to_do (case_id) {
        case_id -> Text,
    }
}

diesel::table! {
    case_clocks (case_id) {
        case_id -> Text,
        queue -> Text,
        owed_since -> Nullable<Timestamp>,
        reply_state -> Text,
        reply_spent -> BigInt,
        reply_since -> Nullable<Timestamp>,
        reply_due -> Nullable<Timestamp>,
        reply_warn -> Nullable<Timestamp>,
        reply_told -> Text,
        replied_at -> Nullable<Timestamp>,
        step -> Nullable<Text>,
        step_turn -> Nullable<Timestamp>,
        step_spent -> BigInt,
        step_since -> Nullable<Timestamp>,
        step_due -> Nullable<Timestamp>,
        step_warn -> Nullable<Timestamp>,
        step_told -> Text,
        alarm_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    tags (id) {
        id -> Text,
        name -> Text,
        name_key -> Text,
        created_by -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    case_tags (case_id, tag_id) {
        case_id -> Text,
        tag_id -> Text,
        agent_id -> Text,
        at -> Timestamp,
    }
}

diesel::table! {
    saved_views (id) {
        id -> Text,
        name -> Text,
        owner_id -> Text,
        shared -> Bool,
        asked -> Text,
        created_at -> Timestamp,
    }
}

diesel::joinable!(queue_rows -> cases (case_id));
diesel::joinable!(case_clocks -> cases (case_id));
diesel::joinable!(case_tags -> tags (tag_id));
diesel::joinable!(case_forms -> cases (case_id));
diesel::joinable!(outbox -> cases (case_id));
diesel::joinable!(calls -> challenges (challenge_id));
diesel::joinable!(challenges -> cases (case_id));
diesel::joinable!(links -> cases (case_id));
diesel::joinable!(customer_sessions -> cases (case_id));
diesel::joinable!(agent_sessions -> agents (agent_id));
diesel::joinable!(case_entries -> cases (case_id));
diesel::joinable!(case_origins -> cases (case_id));
diesel::joinable!(evidence_notes -> evidence (evidence_id));
diesel::joinable!(recovery_codes -> accounts (account_id));
diesel::joinable!(account_sessions -> accounts (account_id));
diesel::joinable!(documents -> cases (case_id));
diesel::joinable!(inbound_mails -> cases (case_id));
diesel::joinable!(phone_changes -> cases (case_id));
diesel::joinable!(recoveries -> cases (case_id));
diesel::joinable!(sign_in_links -> accounts (account_id));

diesel::allow_tables_to_appear_in_same_query!(
    accounts,
    account_administrators,
    authenticators,
    agents,
    agent_sessions,
    cases,
    case_authenticators,
    case_forms,
    event_numbers,
    evidence,
    approvals,
    case_entries,
    case_merges,
    canned_replies,
    canned_texts,
    case_presence,
    case_drafts,
    links,
    customer_sessions,
    challenges,
    calls,
    outbox,
    throttle_events,
    case_origins,
    evidence_notes,
    recovery_codes,
    account_sessions,
    documents,
    inbound_mails,
    mail_failures,
    enrolments,
    phone_changes,
    contacts,
    contact_changes,
    alarms,
    blocks,
    known_devices,
    password_failures,
    ceremonies,
    sign_in_links,
    sso_sign_ins,
    recoveries,
    audit_entries,
    audit_erasures,
    audit_head,
    audit_nodes,
    audit_checkpoints,
    audit_places,
    queue_rows,
    case_clocks,
    case_tags,
    tags,
    cases_to_erase,
    legal_holds,
    erasures,
    case_erasures,
);

diesel::table! {
    api_tokens (id) {
        id -> Text,
        agent_id -> Text,
        token_hash -> Text,
        name -> Text,
        scopes -> Text,
        networks -> Text,
        created_at -> Timestamp,
        expires_at -> Timestamp,
        last_used_at -> Nullable<Timestamp>,
        revoked_at -> Nullable<Timestamp>,
        counted_from -> Timestamp,
        counted -> Integer,
    }
}

diesel::table! {
    api_answers (token_id, key_hash) {
        token_id -> Text,
        key_hash -> Text,
        request_hash -> Text,
        began_at -> Timestamp,
        status -> Nullable<Integer>,
        etag -> Nullable<Text>,
        media_type -> Nullable<Text>,
        body -> Nullable<Text>,
    }
}

diesel::table! {
    writers (id) {
        id -> Text,
        last -> BigInt,
        at -> Timestamp,
    }
}

diesel::table! {
    cases_to_erase (case_id) {
        case_id -> Text,
        ended_at -> Timestamp,
        not_before -> Nullable<Timestamp>,
    }
}

diesel::table! {
    legal_holds (id) {
        id -> Text,
        case_id -> Nullable<Text>,
        account_id -> Nullable<Text>,
        reason -> Text,
        placed_by -> Text,
        placed_at -> Timestamp,
        lifted_by -> Nullable<Text>,
        lifted_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    erasures (n) {
        n -> BigInt,
        cause -> Text,
        account_id -> Nullable<Text>,
        at -> Timestamp,
    }
}

diesel::table! {
    erasures_to_finish (n) {
        n -> BigInt,
    }
}

diesel::table! {
    case_erasures (case_id) {
        case_id -> Text,
        n -> BigInt,
    }
}

diesel::joinable!(case_erasures -> erasures (n));
