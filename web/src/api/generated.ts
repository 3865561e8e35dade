// Written by npm run gen from /api/v1/openapi.json. Do not edit.
export interface components {
    schemas: {
        Account: {
            sessions: components["schemas"]["SessionInfo"][];
            tokens: components["schemas"]["Token"][];
            user: components["schemas"]["User"];
        };
        Anything: {
            [key: string]: unknown;
        };
        /** @description What was archived before it was removed, where it lies, and the day that waits for it. */
        Archive: {
            bytes: number;
            days: number;
            error: string | null;
            events: number;
            newest: string | null;
            oldest: string | null;
            to: string;
            trail_through: number | null;
            waiting: string | null;
        };
        AuditProxies: {
            proxies: {
                address: string;
                /** @description Since the start. */
                counts: {
                    changes: number;
                    drift: number;
                    reads: number;
                    refused: number;
                    unreachable: number;
                    unrecorded: number;
                };
                /** @enum {string} */
                fail: "open" | "closed";
                kind: string;
                last_answer: string | null;
                last_change: string | null;
                last_failure: string | null;
                last_snapshot: string | null;
                name: string;
                /** @description Ends of changes that are still to be recorded. */
                pending: number;
                /** @description What is wrong with it, for people; null when all is well. */
                problem: string | null;
                /** @description Whether it answered the last call; null before the first. */
                reachable: boolean | null;
                snapshot_interval_s: number | null;
                upstream: string;
            }[];
        };
        Board: {
            about: string;
            built_in: boolean;
            controls: string[];
            id: string;
            items: components["schemas"]["BoardItem"][];
            mine: boolean;
            name: string;
            owner: string;
            shared: boolean;
            updated: string | null;
        };
        /** @description An exported dashboard can be sent as it is: who and when it was of means nothing here, but `updated` of a change, which must be that of the dashboard as it is kept. */
        BoardBody: {
            about?: string;
            built_in?: unknown;
            controls?: string[];
            id?: unknown;
            items?: components["schemas"]["BoardItem"][];
            mine?: unknown;
            name: string;
            owner?: unknown;
            shared?: boolean;
            updated?: string | null;
        };
        /** @description A place on a dashboard: a panel of the list, or a question of its own. */
        BoardItem: {
            explore?: components["schemas"]["BoardQuestion"];
            height?: number;
            panel?: string;
            title?: string;
            width: number;
        };
        /** @description A question in the words of the parameters of GET /explore. */
        BoardQuestion: {
            by?: string;
            /** @enum {unknown} */
            chart: "stat" | "bars" | "area" | "line" | "toplist" | "table" | "heat";
            filter?: string;
            measure: string;
            of?: string;
            top?: number;
        };
        Boards: {
            boards: components["schemas"]["Board"][];
        };
        BulkAnswer: {
            errors: boolean;
            items: {
                [key: string]: {
                    [key: string]: unknown;
                };
            }[];
            took: number;
        };
        Column: {
            id: string;
            label: string;
            /** @enum {unknown} */
            unit: "calls" | "percent" | "ms" | "bytes" | "consumers" | "text" | "count" | "time";
        };
        ConnectStep: {
            code: string;
            file: string;
            /** @enum {unknown} */
            language: "shell" | "yaml" | "nginx" | "json" | "text";
            text: string;
        };
        /** @description A one-time link or an API token, or a name and a password. */
        Credential: {
            name?: string;
            password?: string;
            token?: string;
        };
        DatadogAnswer: Record<string, never>;
        DatadogValid: {
            valid: boolean;
        };
        Diagnosis: {
            action: {
                filter?: string;
                from?: string;
                href?: string;
                label: string;
                to?: string;
            } | null;
            count: number | null;
            /** @enum {unknown} */
            kind: "window" | "filter" | "spelling" | "source" | "permission" | "delay";
            text: string;
        };
        Differences: {
            approximate: boolean;
            partial: boolean;
            partial_reason?: string;
            region: {
                /** Format: date-time */
                from: string;
                /** Format: date-time */
                to: string;
                total: number;
            };
            rest: {
                total: number;
            };
            values: {
                difference: number;
                field: string;
                field_label: string;
                filter: string;
                label: string;
                region_count: number;
                region_share: number;
                rest_count: number;
                rest_share: number;
                value: string;
            }[];
            /** Format: date-time */
            watermark: string;
        };
        Directory: {
            counts: {
                [key: string]: number;
            };
            files: {
                origin: string;
                path: string;
                problem: string | null;
            }[];
            importers: {
                doc: string;
                name: string;
            }[];
            origins: components["schemas"]["DirectoryOrigin"][];
        };
        DirectoryChange: {
            fields: {
                after: unknown;
                before: unknown;
                field: string;
                joined?: string[];
                left?: string[];
            }[];
            key: string;
            /** @enum {unknown} */
            kind: "environments" | "customers" | "groups" | "plans" | "consumers" | "keys" | "apis" | "services" | "routes";
            name: string;
            /** @enum {unknown} */
            what: "added" | "changed" | "removed";
        };
        DirectoryCounts: {
            added: number;
            changed: number;
            removed: number;
        };
        /** @description YAML, JSON or CSV, as docs/directory.md describes; any content type */
        DirectoryDocument: unknown;
        /** @description an entity of any kind; each kind has some of these members */
        DirectoryEntity: {
            aliases?: string[];
            api?: string;
            consumer?: string;
            covers?: {
                api: string;
                stage?: string;
            }[];
            customer?: string;
            domains?: string[];
            groups?: string[];
            hosts?: string[];
            id?: string;
            methods?: string[];
            name?: string;
            plan?: string;
            plans?: string[];
            quota?: components["schemas"]["Quota"];
            rules?: components["schemas"]["Rules"];
            service?: string;
            sources?: string[];
            stages?: string[];
            tags?: string[];
            templates?: string[];
            throttle?: {
                burst?: number;
                rate: number;
            };
            version?: string;
        };
        DirectoryHistory: {
            changes: (components["schemas"]["DirectoryChange"] & {
                by: string | null;
                imported: string | null;
                origin: string;
                /** Format: date-time */
                time: string;
            })[];
            next_cursor: string | null;
            total: number;
        };
        DirectoryImport: {
            changes: components["schemas"]["DirectoryChange"][];
            counts: {
                [key: string]: components["schemas"]["DirectoryCounts"];
            };
            dry_run: boolean;
            importer: string;
            notes: string[];
            origin: string;
            since: string | null;
            total: number;
        };
        DirectoryImported: {
            by: string;
            counts: {
                [key: string]: components["schemas"]["DirectoryCounts"];
            };
            importer: string;
            /** @description null: for all times */
            since: string | null;
            /** Format: date-time */
            time: string;
        };
        DirectoryOrigin: {
            by: string;
            changed: string | null;
            counts: {
                [key: string]: number;
            };
            importer: string;
            imports: components["schemas"]["DirectoryImported"][];
            name: string;
            /** Format: date-time */
            seen: string;
            sources: string[];
            versions: number;
        };
        DirectoryPage: {
            /** Format: date-time */
            at: string;
            items: {
                /** @description of groups, plans and customers: how many consumers are of it */
                consumers?: number;
                entity: components["schemas"]["DirectoryEntity"];
                key: string;
                origin: string;
                /** @description from when on it is so; null: for all times before */
                since: string | null;
            }[];
            /** @enum {unknown} */
            kind: "environments" | "customers" | "groups" | "plans" | "consumers" | "keys" | "apis" | "services" | "routes";
            next_cursor: string | null;
            total: number;
        };
        DirectorySnapshot: {
            apis?: components["schemas"]["DirectoryEntity"][];
            consumers?: components["schemas"]["DirectoryEntity"][];
            customers?: components["schemas"]["DirectoryEntity"][];
            environments?: components["schemas"]["DirectoryEntity"][];
            groups?: components["schemas"]["DirectoryEntity"][];
            keys?: components["schemas"]["DirectoryEntity"][];
            origin?: string;
            plans?: components["schemas"]["DirectoryEntity"][];
            routes?: components["schemas"]["DirectoryEntity"][];
            services?: components["schemas"]["DirectoryEntity"][];
            sources?: string[];
        };
        Ended: {
            ended: boolean;
        };
        Endpoints: {
            described_calls: number;
            documented: number;
            drift: {
                api: string | null;
                calls: number;
                documented: string[];
                method: string;
                origin: string;
                path: string;
                seen: string[];
                /** @enum {unknown} */
                what: "method" | "status";
            }[];
            not_found_calls: number;
            note: string | null;
            partial: boolean;
            partial_reason?: string;
            undocumented: {
                calls: number;
                domain: string | null;
                /** Format: date-time */
                first_seen: string;
                /** Format: date-time */
                last_seen: string;
                method: string;
                path: string;
                statuses: {
                    [key: string]: number;
                };
            }[];
            unused: {
                api: string | null;
                method: string;
                operation: string;
                origin: string;
                path: string;
            }[];
            /** Format: date-time */
            watermark: string;
        };
        Erasure: {
            error: string | null;
            /** @description Access events whose personal texts are gone. */
            events: number;
            finished: string | null;
            id: string;
            /** @description Files in which the value still stands, because they are kept for something else. */
            left: string[];
            /** @description A keyed hash of subject and value: the same person has the same. */
            mark: string;
            operator_records: number;
            /** Format: date-time */
            started: string;
            /** @enum {string} */
            state: "running" | "done" | "failed";
            subject: string;
        };
        /** @description What has begun; with the rule of two, what waits for somebody else who names the same person. */
        ErasureBegun: components["schemas"]["Erasure"] | {
            waiting: components["schemas"]["Waiting"];
        };
        /** @description Who. */
        ErasureBody: {
            /** @description One of `subjects` of `GET /erasures`. */
            subject: string;
            value: string;
        };
        ErasureTrial: {
            /** @description Who has asked to erase them, and waits for a second person. */
            asked_by: string | null;
            days: {
                day: string;
                events: number;
            }[];
            events: number;
            holds: {
                from: string | null;
                id: string;
                reason: string;
                to: string | null;
            }[];
            left: string[];
            mark: string;
            /** @description Records of the operator trail with the value where nothing is erased, as in the name of a source. */
            operator_open: number;
            operator_records: number;
            /** @description Why it cannot be erased. */
            refusal: string | null;
            /** @description Days of which only roll-ups are left that name them. */
            rollup_days: number;
            subject: string;
            /** @description Whether two persons name them before they are erased. */
            two_person_rule: boolean;
        };
        Erasures: {
            erasures: components["schemas"]["Erasure"][];
            subjects: {
                doc: string;
                label: string;
                name: string;
            }[];
            /** @description Erasures that wait for a second person, with the rule of two. */
            waiting: components["schemas"]["Waiting"][];
        };
        Event: {
            access: {
                /** @description By what one can tell that the call was refused and why (error.responseType=QUOTA_EXCEEDED), or that a refusal was the backend's own. */
                evidence?: string;
                explanation?: string;
                /** @description Whether the gateway forwarded the call. A backend's own 401 or 403 is not a denial. */
                granted?: boolean;
                /** @description Why the gateway refused the call; a code of the closed list. */
                reason?: string | null;
                reason_label?: string;
                resolution?: string;
            };
            agent?: {
                /** @description What kind of program called: browser, mobile, api_client, bot, ai, monitor or other. */
                class?: string;
                /** @description desktop, phone, tablet, tv, console or watch, where the User-Agent header tells. */
                device?: string;
                /** @description The program that called, from the User-Agent header: Chrome, curl, GPTBot. */
                name?: string;
                /** @description The operating system the User-Agent header names. */
                os?: string;
                /** @description The version of that program. */
                version?: string;
            };
            /** @description The name of the API (API_NAME, Kong service). */
            api?: string;
            /** @description The unique id of the API (API_ID, $context.apiId). */
            api_id?: string;
            /** @description The id (never the value) of the key ($context.identity.apiKeyId, Kong authenticated_entity.id). */
            api_key_id?: string;
            /** @description The name of the key. */
            api_key_name?: string;
            /** @description The version of the API (API_VERSION). */
            api_version?: string;
            auth?: {
                /** @description The account that owns the API ($context.accountId). */
                account_id?: string;
                /** @description The audience claim (authorizer.claims.aud). */
                audience?: string;
                /** @description $context.authorize.error. */
                authorize_error?: string;
                /** @description The authorisation phase ($context.authorize.latency). */
                authorize_ms?: number;
                /** @description $context.authorize.status. */
                authorize_status?: string;
                /** @description $context.authorizer.error. */
                authorizer_error?: string;
                /** @description $context.authorizer.integrationLatency. */
                authorizer_integration_ms?: number;
                /** @description $context.authorizer.integrationStatus. */
                authorizer_integration_status?: string;
                /** @description The Lambda authorizer ($context.authorizer.latency). */
                authorizer_ms?: number;
                /** @description $context.authorizer.status. */
                authorizer_status?: string;
                /** @description $context.identity.caller. */
                caller?: string;
                /** @description $context.authorizer.claims.property. */
                claims_property?: string;
                /** @description $context.identity.cognitoIdentityId. */
                cognito_identity_id?: string;
                /** @description $context.identity.cognitoIdentityPoolId. */
                cognito_pool_id?: string;
                /** @description $context.identity.cognitoAuthenticationProvider. */
                cognito_provider?: string;
                /** @description $context.identity.cognitoAuthenticationType. */
                cognito_type?: string;
                /** @description $context.identity.accountId. */
                identity_account_id?: string;
                /** @description The issuer claim (authorizer.claims.iss, which AWS samples call clientId). */
                issuer?: string;
                /** @description How the caller authenticated: key, basic, jwt, oauth2, iam, cognito, mtls, lambda. */
                method?: string;
                /** @description $context.identity.principalOrgId. */
                org_id?: string;
                /** @description $context.authorizer.principalId. */
                principal_id?: string;
                /** @description $context.authorizer.property. */
                property?: string;
                /** @description The subject claim (authorizer.claims.sub). */
                subject?: string;
                /** @description $context.identity.user. */
                user?: string;
                /** @description $context.identity.userArn. */
                user_arn?: string;
            };
            /** @description The name given with credentials that were refused; never counted as that consumer's traffic. */
            claimed_consumer?: string;
            /** @description The groups the consumer belonged to at that time. */
            consumer_groups?: string[];
            /** @description The id of the identified consumer. */
            consumer_id?: string;
            /** @description The name of the identified consumer; absent when nobody was identified. */
            consumer_name?: string;
            /** @description CONTEXTID; usually not provided. */
            context_id?: string;
            /** @description An id carried through several systems (X-Request-Id, CORRELATIONID). */
            correlation_id?: string;
            /** @description Every field of the record that has no place of its own, as a JSON object. */
            custom?: {
                [key: string]: unknown;
            };
            /** @description The customer the consumer belongs to. */
            customer?: string;
            /** @description The domain name the call was made to ($context.domainName, Host). */
            domain?: string;
            /** @description $context.domainPrefix. */
            domain_prefix?: string;
            /** @description The environment: prod, staging, a workspace. */
            environment?: string;
            /** @description There when the event's personal texts were erased: what stands for them in the proof, base64 (docs/proof.md). */
            erased?: string;
            error?: {
                /** @description $context.error.message. */
                message?: string;
                /** @description Where the error arose (ERROR_ORIGIN). */
                origin?: string;
                /** @description $context.error.responseType. */
                type?: string;
                /** @description $context.webaclArn. */
                waf_acl?: string;
                /** @description $context.wafResponseCode. */
                waf_status?: string;
            };
            /** @description The gateway's own primary key of the event (EVENT_PK). */
            event_pk?: string;
            /** @description Calls the gateway made, as a JSON array (EXTERNAL_CALLS). */
            external_calls?: unknown;
            /** @description The log format the event was read from. */
            format: string;
            /** @description The gateway product or instance that handled the call. */
            gateway?: string;
            /** @description The node of the gateway (SOURCE_GATEWAY_NODE). */
            gateway_node?: string;
            id: string;
            /** @description MSGID; usually not provided. */
            message_id?: string;
            /** @description The operation or resource (OPERATION_NAME). */
            operation?: string;
            /**
             * Format: date-time
             * @description When Gatelog received the event (UTC).
             */
            received: string;
            request: {
                /** @description The autonomous system of the client's address: `AS64500 Example Net`. Needs a file that has it. */
                asn?: string;
                /** @description Captured request payload; dropped unless switched on. */
                body?: string;
                /** @description Bytes of the request, line and headers included where the gateway counts them. */
                bytes?: number;
                /** @description The city of the client's address. Needs a file that has it. */
                city?: string;
                /** @description The country of the client's address (ISO 3166 code), or what kind of address it is: private, loopback, link_local, cgnat, documentation, multicast, reserved. */
                country?: string;
                /** @description Client request headers, in order. */
                headers?: [
                    string,
                    string
                ][];
                /** @description The client's address as the gateway saw it. */
                ip?: string;
                /** @description The HTTP request method. */
                method?: string;
                /** @description `native` when the method is the one used to call the native service. */
                method_source?: string;
                /** @description The path of the request, without the query. */
                path?: string;
                /** @description HTTP/1.1, HTTP/2.0, … */
                protocol?: string;
                /** @description The query string, secrets masked. */
                query?: string;
                /** @description Query parameters as pairs (webMethods QUERY_PARAMETERS). */
                query_parameters?: [
                    string,
                    string
                ][];
                /** @description The Referer header. */
                referer?: string;
                /** @description The User-Agent header. */
                user_agent?: string;
            };
            /** @description The gateway's id of the request (Kong request.id, $context.requestId, webMethods EVENT_PK). */
            request_id?: string;
            response: {
                /** @description Captured response payload; dropped unless switched on. */
                body?: string;
                /** @description Bytes sent to the client. */
                bytes?: number;
                /** @description Connecting to the upstream. */
                connect_ms?: number;
                /** @description From the first byte of the request to the last of the response (TOTAL_TIME, responseLatency). */
                duration_ms?: number;
                /** @description Spent in the gateway itself; negative when the gateway's clocks disagree. */
                gateway_ms?: number;
                /** @description Response headers, in order. */
                headers?: [
                    string,
                    string
                ][];
                /** @description success or failure, as the gateway judged it (webMethods STATUS). */
                outcome?: string;
                /** @description The HTTP status the client got; absent when the gateway does not log it. */
                status?: number;
                /** @description Waiting for the upstream (PROVIDER_TIME, integrationLatency), network included. */
                upstream_ms?: number;
            };
            /** @description ROOTCONTEXTID; usually not provided. */
            root_context_id?: string;
            /** @description The route template that matched (/pets/{id}, Kong route name, $context.resourcePath). */
            route?: string;
            /** @description The id of the route in the gateway. */
            route_id?: string;
            /** @description $context.routeKey. */
            route_key?: string;
            /** @description The number the ledger gave this event; dense and never reused. */
            seq: number;
            /** @description SERVERID; usually not provided. */
            server_id?: string;
            /** @description The service in which the event occurred (SERVICE_NAME, Kong service). */
            service?: string;
            /** @description SESSION_ID; always shown masked. */
            session_id?: string;
            /** @description The configured source that delivered the event. */
            source: string;
            /**
             * Format: date-time
             * @description When the gateway wrote the event to its own log (webMethods AUDITTIMESTAMP).
             */
            source_logged_at?: string;
            /** @description The API stage ($context.stage). */
            stage?: string;
            /**
             * Format: date-time
             * @description When the gateway received the request (UTC).
             */
            timestamp: string;
            /** @description The distributed trace (W3C trace-id in hex, or the gateway's own). */
            trace_id?: string;
            upstream?: {
                /** @description The address of the upstream that answered. */
                address?: string;
                /** @description NATIVE_ENDPOINT. */
                endpoint?: string;
                /** @description NATIVE_HTTP_METHOD. */
                method?: string;
                /** @description NATIVE_REQ_PAYLOAD. */
                request_body?: string;
                /** @description NATIVE_REQUEST_HEADERS, gateway to native. */
                request_headers?: [
                    string,
                    string
                ][];
                /** @description NATIVE_RES_PAYLOAD. */
                response_body?: string;
                /** @description NATIVE_RESPONSE_HEADERS. */
                response_headers?: [
                    string,
                    string
                ][];
                /** @description Status codes of the upstream, several after retries (502, 200). */
                status?: string;
                /** @description NATIVE_URL. */
                url?: string;
            };
            /** @description The usage plan of the key or consumer. */
            usage_plan?: string;
        };
        EventPage: {
            diagnosis?: components["schemas"]["Diagnosis"][];
            events: components["schemas"]["Event"][];
            next_cursor: string | null;
            partial: boolean;
            partial_reason?: string;
            scanned: {
                files: number;
                rows: number;
                /** Format: date-time */
                until: string;
            };
            /** Format: date-time */
            watermark: string;
        };
        EventProof: {
            /** @description The leaf of its block. */
            block: string;
            /** @enum {unknown} */
            bundle: "gatelog-event-1";
            /** @description A signed note. */
            checkpoint: string;
            event: components["schemas"]["ProvedEvent"];
            index: number;
            path: string[];
        };
        ExplainedObject: {
            id: string | null;
            name: string;
            /** @description who says it in the directory; null where the directory does not know it */
            origin: string | null;
            /** @enum {unknown} */
            type: "route" | "service" | "api" | "environment" | "consumer" | "plan" | "key" | "web_acl" | "path" | "gateway";
        };
        ExplainedRule: {
            /** @enum {unknown} */
            kind: "groups" | "addresses" | "window" | "credentials" | "quota" | "rate_limit" | "firewall" | "size" | "agent" | "policy" | "no_route" | "unknown";
            object: components["schemas"]["ExplainedObject"];
            text: string;
        };
        Explanation: {
            changed: {
                by: string | null;
                version: number;
                /** Format: date-time */
                when: string;
            } | null;
            /** @enum {unknown} */
            confidence: "exact" | "likely" | "unknown";
            evidence: {
                field: string;
                means: string;
                value: string;
            }[];
            fixes: {
                code: string;
                /** @enum {unknown} */
                language: "yaml" | "json" | "shell" | "xml" | "conf";
                title: string;
                tool: string;
            }[];
            /** @description as it was known at the time of the event */
            identity: {
                claimed: string | null;
                consumer: string | null;
                customer: string | null;
                groups: string[] | null;
                key: string | null;
                plan: string | null;
            };
            reason: string | null;
            resolution: string | null;
            rule: components["schemas"]["ExplainedRule"] | null;
            summary: string;
            /** @enum {unknown} */
            verdict: "denied" | "granted" | "backend";
        };
        /** @description the question a panel is, as /api/v1/explore takes it */
        Explore: {
            by: string;
            /** @enum {unknown} */
            chart: "stat" | "bars" | "area" | "line" | "toplist" | "table" | "heat";
            filter?: string;
            measure: string;
            of?: string;
        };
        Export: {
            bytes: number;
            columns: string[];
            error?: string;
            /** Format: date-time */
            expires: string;
            file: boolean;
            filter: string;
            /** Format: date-time */
            finished?: string;
            /** @enum {unknown} */
            format: "csv" | "json" | "ndjson" | "parquet";
            /** Format: date-time */
            from: string;
            id: string;
            manifest?: components["schemas"]["Manifest"];
            /** @enum {unknown} */
            order: "asc" | "desc";
            progress: number;
            rows: number;
            rows_expected: number | null;
            sha256?: string;
            /** Format: date-time */
            started: string;
            /** @enum {unknown} */
            state: "running" | "done" | "failed" | "cancelled";
            /** @enum {unknown} */
            time_format: "rfc3339" | "epoch_ms" | "local";
            /** Format: date-time */
            to: string;
            tz: string;
        };
        ExportBody: {
            columns?: string[];
            filter?: string;
            /** @enum {unknown} */
            format?: "csv" | "json" | "ndjson" | "parquet";
            from?: string;
            /** @enum {unknown} */
            order?: "asc" | "desc";
            /** @enum {unknown} */
            time_format?: "rfc3339" | "epoch_ms" | "local";
            to?: string;
            tz?: string;
        };
        Exports: {
            exports: components["schemas"]["Export"][];
        };
        Facets: {
            facets: {
                approximate: boolean;
                field: string;
                label: string;
                missing: number;
                other: number;
                total: number;
                values: {
                    count: number;
                    label: string;
                    share: number;
                    value: string;
                }[];
            }[];
            partial: boolean;
            partial_reason?: string;
            /** Format: date-time */
            watermark: string;
        };
        /** @description For each field the places in a record where it is found, best first. */
        FieldMap: {
            [key: string]: string | string[] | {
                from: string[];
                /** @enum {unknown} */
                unit: "seconds" | "millis" | "micros" | "nanos";
            };
        };
        Fields: {
            facets: string[];
            fields: {
                aliases: string[];
                doc: string;
                facet: boolean;
                kind: string;
                label: string;
                name: string;
                operators: string[];
                unit?: string;
            }[];
            operators: {
                form: string;
                label: string;
                name: string;
            }[];
        };
        Figures: {
            availability: number | null;
            avg_calls_per_day: number;
            by_reason: {
                [key: string]: number;
            };
            by_status: {
                [key: string]: number;
            };
            denied_requests: number;
            /** Format: date-time */
            from: string;
            p50_ms: number | null;
            p95_ms: number | null;
            p99_ms: number | null;
            peak_hour: {
                calls: number;
                /** Format: date-time */
                start: string;
            } | null;
            success_rate: number | null;
            /** Format: date-time */
            to: string;
            total_calls: number;
            unidentified_calls: number;
            unique_consumers: number;
        };
        Findings: {
            diagnosis: components["schemas"]["Diagnosis"][];
            partial: boolean;
            partial_reason?: string;
            /** Format: date-time */
            watermark: string;
        };
        FirehoseAnswer: {
            errorMessage?: string;
            requestId: string;
            timestamp: number;
        };
        Gateway: {
            about: string;
            format: string | null;
            id: string;
            label: string;
            notes: {
                text: string;
                title: string;
            }[];
            steps: components["schemas"]["ConnectStep"][];
        };
        Gateways: {
            gateways: components["schemas"]["Gateway"][];
            url: string;
        };
        Grant: {
            calls: number;
            consumer: string;
            group: string;
            last_seen: string | null;
            origin: string;
            route: string;
            used: boolean;
        };
        Grants: {
            export: {
                adc: string;
                deck: string;
            };
            grants: components["schemas"]["Grant"][];
            /** Format: date-time */
            look_back_from: string;
            note: string | null;
            partial: boolean;
            partial_reason?: string;
            smallest: {
                consumers: components["schemas"]["GrantsKept"][];
                /** @description how many there are, and how many would do */
                entries: [
                    number,
                    number
                ];
                /** @description how many there are, and how many would do */
                memberships: [
                    number,
                    number
                ];
                method: string;
                routes: components["schemas"]["GrantsKept"][];
            };
            total: number;
            used: number;
            /** Format: date-time */
            watermark: string;
        };
        GrantsKept: {
            consumer?: string;
            drop: string[];
            keep: string[];
            origin: string;
            route?: string;
        };
        /** @description A message of the service, framed as gRPC does; the status stands in the trailers. */
        Grpc: unknown;
        Health: {
            status: string;
        };
        HeatBody: {
            /** @description where buckets start, or the values of a second split */
            buckets: string[];
            other: number;
            series: components["schemas"]["HeatLine"][];
            step: string;
        };
        HeatLine: {
            calls: number[];
            filter: string;
            key: string;
            label: string;
            values: (number | null)[];
        };
        HecAcks: {
            acks: {
                [key: string]: boolean;
            };
        };
        HecAnswer: {
            ackId?: number;
            code: number;
            "invalid-event-number"?: number;
            text: string;
        };
        Histogram: {
            buckets: string[];
            /** Format: date-time */
            from: string;
            partial: boolean;
            partial_reason?: string;
            previous_period: components["schemas"]["Period"] | null;
            series: {
                key: string;
                label: string;
                previous: number[] | null;
                values: number[];
            }[];
            /** @enum {unknown} */
            source: "rollup" | "rows";
            step: string;
            /** Format: date-time */
            to: string;
            total: number;
            tz: string;
            /** Format: date-time */
            watermark: string;
        };
        Hold: {
            by: string;
            /** @description Only days with an event that it finds; each of them as a whole. */
            filter: string | null;
            from: string | null;
            id: string;
            reason: string;
            /** Format: date-time */
            since: string;
            /** @enum {string} */
            stream: "events" | "trail";
            to: string | null;
        };
        HoldBody: {
            /** @description Only days with an event that it finds; each of them as a whole. */
            filter?: string | null;
            /** @description The first day, such as 2026-11-01. */
            from?: string | null;
            reason: string;
            /** @enum {string} */
            stream: "events" | "trail";
            /** @description The last day. */
            to?: string | null;
        };
        /** @description What a hold with a filter would keep: days with at least one event that matches, each as a whole. */
        HoldMatches: {
            bytes: number;
            days: number;
            events: number;
            list: {
                bytes: number;
                day: string;
                events: number;
                matching: number;
            }[];
            matching: number;
            partial: boolean;
            partial_reason: string | null;
        };
        ListBody: {
            columns: components["schemas"]["Column"][];
            missing: number;
            note?: string;
            other: number;
            rows: components["schemas"]["Row"][];
            total: number;
        };
        MadeToken: {
            entry: components["schemas"]["Token"];
            id: string;
            token: string;
        };
        Manifest: {
            bytes: number;
            columns: string[];
            /** Format: date-time */
            created: string;
            filter: string;
            /** @enum {unknown} */
            format: "csv" | "json" | "ndjson" | "parquet";
            /** Format: date-time */
            from: string;
            rows: number;
            sha256: string;
            /** Format: date-time */
            to: string;
        };
        MaskRule: {
            environment?: string | null;
            gateway?: string | null;
            /**
             * @description What becomes of it: it goes, another text stands there, its keyed tag does, or addresses in it are cut to /24 and /48.
             * @enum {string}
             */
            how: "remove" | "replace" | "hash" | "truncate";
            /** @description What people call it. */
            name: string;
            /** @description The name of the field, header, parameter or member, or the regular expression; at most 512 bytes. */
            of: string;
            /** @description It is left out for now. */
            off?: boolean;
            source?: string | null;
            /**
             * @description Where it looks: a field, a header, a parameter of a query, a member of JSON, or what a regular expression finds in any text.
             * @enum {string}
             */
            what: "field" | "header" | "query" | "member" | "pattern";
            /** @description What it is replaced by; without, `***`. */
            with?: string;
        };
        MaskTrial: {
            format?: string | null;
            /** @description One record as a gateway writes it. */
            record: string;
            /** @description Without, those that hold. */
            rules?: components["schemas"]["MaskRule"][] | null;
            source?: string | null;
        };
        MaskTried: {
            /** @description The rules that change something of it, counted from 0. */
            acted: number[];
            event: components["schemas"]["Event"] | null;
            /** @description Values that are not kept as they came. */
            marks: {
                /** @enum {string} */
                by: "defaults" | "rules";
                kept: string | null;
                path: string;
                /** @description What the defaults leave of it. */
                was: string | null;
            }[];
            rejects: {
                excerpt: string;
                line: number;
                reason: string;
            }[];
        };
        MaskVersion: {
            at: string;
            by: string;
            note: string;
            rules: components["schemas"]["MaskRule"][];
            version: number;
        };
        /** @description The newest first, each with what is otherwise than in the one before. */
        MaskVersions: {
            versions: {
                added: components["schemas"]["MaskRule"][];
                at: string;
                by: string;
                note: string;
                removed: components["schemas"]["MaskRule"][];
                /** @description How many it has. */
                rules: number;
                version: number;
            }[];
        };
        Masks: {
            at: string | null;
            by: string | null;
            /** @description The fields a rule may name. */
            fields: {
                label: string;
                name: string;
            }[];
            rules: components["schemas"]["MaskRule"][];
            /** @description 0 before there was a rule. */
            version: number;
        };
        /** @description All rules, in their order; at most 100. */
        MasksBody: {
            /** @description Why. */
            note?: string;
            rules: components["schemas"]["MaskRule"][];
            /** @description The version that was changed; the answer is 409 when another one holds by now. */
            version?: number | null;
        };
        NewSource: {
            connect: components["schemas"]["ConnectStep"][];
            source: components["schemas"]["Source"];
            token: string;
        };
        NewToken: {
            old_valid_until: string | null;
            token: string;
        };
        OpenApi: {
            [key: string]: unknown;
        };
        /** @description Protocol Buffers when the request is. */
        OtlpAnswer: {
            partialSuccess?: {
                errorMessage: string;
                rejectedLogRecords: string;
            };
        };
        Panel: components["schemas"]["PanelBase"] & (components["schemas"]["SeriesBody"] | components["schemas"]["HeatBody"] | components["schemas"]["ListBody"] | components["schemas"]["StatBody"]);
        PanelBase: {
            /** Format: date-time */
            from: string;
            panel: components["schemas"]["PanelInfo"];
            partial: boolean;
            partial_reason?: string;
            previous_period: components["schemas"]["Period"] | null;
            /** @enum {unknown} */
            source: "rollup" | "rows";
            /** Format: date-time */
            to: string;
            tz: string;
            /** Format: date-time */
            watermark: string;
        };
        PanelInfo: {
            /** @enum {unknown} */
            chart: "stat" | "bars" | "area" | "line" | "toplist" | "table" | "heat";
            explore?: components["schemas"]["Explore"];
            id: string;
            /**
             * @description absent of an answer to a question of one's own
             * @enum {unknown}
             */
            page?: "overview" | "usage" | "denials" | "errors" | "access" | "aws" | "none";
            question: string;
            split?: string;
            title: string;
            /** @enum {unknown} */
            unit: "calls" | "percent" | "ms" | "bytes" | "consumers" | "text" | "count" | "time";
        };
        Panels: {
            panels: components["schemas"]["PanelInfo"][];
        };
        PasswordBody: {
            new: string;
            old: string;
        };
        Period: {
            /** Format: date-time */
            from: string;
            /** Format: date-time */
            to: string;
        };
        Problem: {
            detail: string;
            /** @description of 5xx: the server's log says why in the line with this id */
            id?: string;
            position?: number;
            remedy?: string;
            status: number;
            suggestions?: string[];
            title: string;
            type: string;
        };
        Proof: {
            checkpoint: string;
            key: string;
            origin: string;
            /** @description Where checkpoints are published, and how that stands. */
            published: components["schemas"]["Pull"][];
            root: string;
            size: number;
        };
        ProvedEvent: {
            beside: string[];
            columns: {
                bits: number;
                least: number;
                name: string;
                texts: number;
            }[];
            names: string;
            numbers: {
                [key: string]: number;
            };
            path: string[];
            personal: {
                told: {
                    salt: string;
                    texts: {
                        [key: string]: string;
                    };
                };
            } | {
                withheld: string;
            };
            place: number;
            texts: {
                [key: string]: {
                    said?: {
                        path: string[];
                        salt: string;
                        text: string;
                    };
                    which: number;
                };
            };
        };
        /** @description What the identity provider put into the address it sent the browser back to. */
        ProviderAnswer: {
            code?: string;
            error?: string;
            iss?: string;
            state: string;
        };
        Pull: {
            /** @description why the last try failed; absent when it did not */
            error?: string;
            failures: number;
            from: string;
            interval_s: number;
            /** @enum {string} */
            kind: "directory" | "objects" | "trail" | "proxy" | "publish" | "archive";
            /** Format: date-time */
            last_success?: string;
            /** Format: date-time */
            last_try?: string;
            name: string;
            /** Format: date-time */
            next_try?: string;
            result?: string;
            tries: number;
        };
        Pulls: {
            pulls: components["schemas"]["Pull"][];
        };
        Qualities: {
            day: components["schemas"]["Quality"];
            hour: components["schemas"]["Quality"];
            /**
             * Format: date-time
             * @description counting began then, with the start of the server
             */
            since: string;
        };
        /** @description what the events of a source were like, those that had come before included */
        Quality: {
            /** @description their time is a second or more ahead of this server's clock */
            ahead: number;
            ahead_max_ms: number | null;
            /** @description the share of core values that are there */
            complete: number | null;
            denied: number;
            events: number;
            /** @description denied with a reason other than `other` */
            explained: number;
            /** @description how many events have each field; only of one source */
            fields?: {
                /** @description an audit needs it of every gateway */
                core: boolean;
                events: number;
                label: string;
                name: string;
            }[];
            lag_max_ms: number | null;
            /** @description how long after their time they came, on average, without what is older than a day */
            lag_ms: number | null;
            /** @description came from 2 minutes to a day after their time */
            late: number;
            /** @description have no time of their own; they got that of their arrival */
            untimed: number;
        };
        Quota: {
            limit: number;
            /** @enum {unknown} */
            period: "second" | "minute" | "hour" | "day" | "week" | "month" | "year";
        };
        QuotaUse: {
            calls: number;
            consumer: string | null;
            filter: string;
            first_rejected: string | null;
            forecast: {
                exhausted_at: string | null;
                expected_calls: number;
            } | null;
            key: string | null;
            label: string;
            last_rejected: string | null;
            limit: number | null;
            /** @enum {unknown} */
            period: "hour" | "day" | "week" | "month" | "year" | "range";
            /** Format: date-time */
            period_end: string;
            /** Format: date-time */
            period_start: string;
            plan: string | null;
            rejected: number;
            share: number | null;
        };
        Quotas: {
            note: string | null;
            partial: boolean;
            partial_reason?: string;
            rows: components["schemas"]["QuotaUse"][];
            /** @enum {unknown} */
            source: "rollup" | "rows";
            tz: string;
            /** Format: date-time */
            watermark: string;
        };
        Reasons: {
            reasons: {
                code: string;
                explanation: string;
                label: string;
                resolution: string;
            }[];
        };
        Rejects: {
            rejects: {
                excerpt: string;
                format: string;
                line: number;
                reason: string;
                /** Format: date-time */
                time: string;
            }[];
        };
        Report: {
            built_in: boolean;
            format: components["schemas"]["ReportFormat"];
            id: string;
            mine: boolean;
            name: string;
            owner: string;
            path: string;
            search: string;
            shared: boolean;
            updated: string | null;
        };
        /** @description What an answer has besides means nothing here, but `updated` of a change, which must be that of the report as it is kept. */
        ReportBody: {
            built_in?: unknown;
            format?: components["schemas"]["ReportFormat"];
            id?: unknown;
            mine?: unknown;
            name: string;
            owner?: unknown;
            path: string;
            search?: string;
            shared?: boolean;
            updated?: string | null;
        };
        /** @enum {unknown} */
        ReportFormat: "page" | "csv" | "json";
        Reports: {
            reports: components["schemas"]["Report"][];
        };
        Retention: {
            archive: components["schemas"]["Archive"] | null;
            days: components["schemas"]["RetentionDays"];
            forecast: {
                bytes_at_end: number;
                bytes_per_day: number;
                full_in_days: number | null;
                measured_days: number;
            };
            holds: components["schemas"]["Hold"][];
            presets: {
                about: string;
                name: string;
                set: components["schemas"]["RetentionSet"];
            }[];
            removed: {
                bytes: number;
                days: number;
                events: number;
                held_days: number;
                list: {
                    bytes: number;
                    day: string;
                    events: number;
                }[];
                rollup_days: number;
                trail_through: number | null;
            };
            set: components["schemas"]["RetentionSet"];
            settings: components["schemas"]["RetentionDays"];
            two_person_rule: boolean;
            use: {
                bytes: number;
                days: number;
                events: number;
                free_bytes: number;
                oldest: string | null;
                trail_bytes: number;
            };
            waiting: components["schemas"]["Waiting"][];
        };
        /** @description What is left out or null is as the settings file says. */
        RetentionBody: {
            events_days?: number | null;
            rollups_days?: number | null;
            trail_days?: number | null;
        };
        /** @description Days that something is kept, for each stream. */
        RetentionDays: {
            events: number;
            rollups: number;
            trail: number;
        };
        /** @description What was set at run time; null where the settings file counts. */
        RetentionSet: {
            events_days: number | null;
            rollups_days: number | null;
            trail_days: number | null;
        };
        RoleBody: {
            about?: string;
            /**
             * @description What everyone with this role sees of clients' addresses: all of them, their networks (/24, /48), or a keyed hash.
             * @enum {string}
             */
            addresses?: "whole" | "network" | "hash";
            permissions: string[];
            rows?: string | null;
        };
        RoleInfo: {
            about: string;
            /**
             * @description What everyone with this role sees of clients' addresses: all of them, their networks (/24, /48), or a keyed hash.
             * @enum {string}
             */
            addresses: "whole" | "network" | "hash";
            built_in: boolean;
            name: string;
            permissions: string[];
            rows: string | null;
            tokens: number;
            users: number;
        };
        Roles: {
            permissions: {
                about: string;
                name: string;
            }[];
            roles: components["schemas"]["RoleInfo"][];
        };
        RotateBody: {
            overlap_hours?: number;
        };
        Row: {
            cells: {
                [key: string]: string | number | null;
            };
            change: number | null;
            filter: string;
            key: string;
            label: string;
            previous: number | null;
            share: number;
            /** @enum {unknown} */
            state?: "new" | "gone" | "same";
            value: number;
        };
        Rules: {
            allow_groups?: string[];
            allow_ips?: string[];
            auth?: string[];
            deny_groups?: string[];
            deny_ips?: string[];
            limits?: components["schemas"]["Quota"][];
            windows?: {
                days?: string[];
                from: string;
                to: string;
                zone: string;
            }[];
        };
        Series: {
            key: string;
            label: string;
            previous: (number | null)[] | null;
            values: (number | null)[];
        };
        SeriesBody: {
            buckets: string[];
            series: components["schemas"]["Series"][];
            step: string;
        };
        Session: {
            /**
             * @description What you see of clients' addresses.
             * @enum {string}
             */
            addresses: "whole" | "network" | "hash";
            has_users: boolean;
            name: string;
            permissions: string[];
            role: string;
            rows: string[];
            sample: boolean;
            user: string | null;
            version: string;
        };
        SessionInfo: {
            address: string;
            agent: string;
            /** Format: date-time */
            created: string;
            current: boolean;
            /** Format: date-time */
            ends: string;
            id: string;
            last_used: string | null;
            name: string;
            role: string;
            user: string | null;
        };
        Sessions: {
            sessions: components["schemas"]["SessionInfo"][];
        };
        Source: {
            accepted: number;
            bytes: number;
            bytes_per_second: number;
            /** Format: date-time */
            created: string;
            duplicates: number;
            events_per_second: number;
            field_map: components["schemas"]["FieldMap"] | null;
            format: string | null;
            formats: {
                [key: string]: number;
            };
            gateway: string | null;
            /** @enum {string} */
            health: "new" | "ok" | "late" | "silent" | "rejecting" | "paused";
            /** @description why, in one sentence */
            health_text: string;
            last_event: string | null;
            /** @description records known to have been sent that never came or came when there was no room */
            lost: number;
            name: string;
            /** @description what it sends is refused for now */
            paused: boolean;
            quality: components["schemas"]["Quality"];
            /** @description deliveries refused while it was paused */
            refused: number;
            rejected: number;
            sample: boolean;
        };
        SourceBody: {
            format?: string | null;
            gateway?: string | null;
            name: string;
        };
        SourceSettings: {
            field_map?: components["schemas"]["FieldMap"] | null;
            format?: string | null;
        };
        Sources: {
            sources: components["schemas"]["Source"][];
        };
        StatBody: {
            change: number | null;
            note?: string;
            previous: number | null;
            value: number | null;
        };
        Subject: {
            issuer: string;
            subject: string;
        };
        Summary: components["schemas"]["Figures"] & {
            partial: boolean;
            partial_reason?: string;
            previous: components["schemas"]["Figures"];
            /** @enum {unknown} */
            source: "rollup" | "rows";
            /** Format: date-time */
            watermark: string;
        };
        Taken: {
            accepted: number;
            duplicates: number;
            rejected: number;
            rejects: {
                line: number;
                reason: string;
            }[];
        };
        Token: {
            /** Format: date-time */
            created: string;
            expires: string | null;
            id: string;
            /** @enum {unknown} */
            kind: "api" | "ingest";
            last_used: string | null;
            name: string;
            only: string[] | null;
            revoked: string | null;
            role: string | null;
            rows: string | null;
            source: string | null;
            /** @enum {unknown} */
            state: "good" | "expired" | "revoked";
            user: string | null;
        };
        TokenBody: {
            days?: number | null;
            name: string;
            only?: string[] | null;
            role?: string | null;
            rows?: string | null;
        };
        Tokens: {
            tokens: components["schemas"]["Token"][];
        };
        /** @description What a gateway tells of its operators, as the operator trail would have it; parts that say nothing are left out. */
        ToldEvent: {
            address?: string;
            after?: string;
            agent?: string;
            before?: string;
            change_set?: string;
            code?: string;
            detail?: string;
            event?: string;
            operator?: string;
            operator_kind?: string;
            origin?: string;
            outcome?: string;
            raw?: string;
            request?: string;
            request_id?: string;
            resource_id?: string;
            resource_name?: string;
            resource_type?: string;
            source?: string;
            status?: string;
            time: string;
            token?: string;
            tool?: string;
            verb?: string;
        };
        TrailChange: {
            /** @description Anything. */
            after?: unknown;
            /** @description Anything. */
            before?: unknown;
            path: string;
        };
        TrailEvent: {
            address: string;
            /** @description Anything. */
            after: unknown;
            agent: string;
            /** @description Anything. */
            before: unknown;
            change_set?: string;
            code: string;
            detail: string;
            diff: components["schemas"]["TrailChange"][];
            end_id: string | null;
            erased: ("who" | "whom" | "what")[];
            event: string;
            id: string;
            operator: string;
            operator_kind: string;
            origin: string;
            outcome: string;
            /** @description Anything. */
            raw: unknown;
            /** @description Anything. */
            request: unknown;
            request_id: string;
            resource_id: string;
            resource_name: string;
            resource_type: string;
            source: string;
            status: string;
            /** Format: date-time */
            time: string;
            token: string;
            tool?: string;
            verb: string;
        };
        TrailFacets: {
            facets: {
                /** @enum {unknown} */
                field: "operator" | "event" | "resource_type" | "source" | "outcome" | "origin";
                values: {
                    count: number;
                    label: string;
                    value: string;
                }[];
            }[];
            /** @description Reads that match all else and that `reads=hidden` leaves out. */
            reads_hidden: number;
            total: number;
        };
        TrailLevels: {
            levels: {
                /** @description What falls under it, in words. */
                events: string[];
                /**
                 * @description Less cannot be set.
                 * @enum {unknown}
                 */
                least: "none" | "metadata" | "request" | "response";
                /** @enum {unknown} */
                level: "none" | "metadata" | "request" | "response";
                resource_type: string;
                /** @description The rule of the settings that fits; none by default. */
                rule: string | null;
                /**
                 * @description What it would be without a rule.
                 * @enum {unknown}
                 */
                usual: "none" | "metadata" | "request" | "response";
                verb: string;
            }[];
        };
        TrailMark: {
            count: number;
            event: string;
            /**
             * Format: date-time
             * @description When the oldest of them was.
             */
            first: string;
            /** @description Of the newest of them. */
            id: string;
            operator: string;
            resource_id: string;
            resource_name: string;
            resource_type: string;
            /**
             * Format: date-time
             * @description When the newest of them was.
             */
            time: string;
        };
        TrailMarks: {
            marks: components["schemas"]["TrailMark"][];
            total: number;
        };
        TrailPage: {
            events: components["schemas"]["TrailRow"][];
            next_cursor: string | null;
        };
        TrailProof: {
            /** @enum {unknown} */
            bundle: "gatelog-1";
            checkpoint: string;
            key: string;
            records: {
                kind: number;
                proof: string[];
                record: string;
                seq: number;
            }[];
        };
        TrailRow: {
            address: string;
            agent: string;
            change_set?: string;
            code: string;
            detail: string;
            event: string;
            id: string;
            operator: string;
            operator_kind: string;
            origin: string;
            outcome: string;
            request_id: string;
            resource_id: string;
            resource_name: string;
            resource_type: string;
            source: string;
            status: string;
            /** Format: date-time */
            time: string;
            token: string;
            tool?: string;
            verb: string;
        };
        Tried: {
            event: components["schemas"]["Event"] | components["schemas"]["ToldEvent"] | null;
            rejects: {
                excerpt: string;
                line: number;
                reason: string;
            }[];
        };
        TryBody: {
            field_map?: components["schemas"]["FieldMap"] | null;
            format?: string | null;
            line: string;
        };
        Unused: {
            /** Format: date-time */
            from: string;
            note: string | null;
            rows: {
                id: string;
                last_seen: string | null;
                name: string;
                origin: string;
                since: string | null;
                tags: string[];
            }[];
        };
        Usage: {
            dimension: components["schemas"]["UsageDimension"];
            /** Format: date-time */
            from: string;
            missing: number;
            missing_filter: string;
            note: string | null;
            partial: boolean;
            partial_reason?: string;
            previous_period: components["schemas"]["Period"] | null;
            rows: components["schemas"]["UsageRow"][];
            rows_total: number;
            /** @enum {unknown} */
            source: "rollup" | "rows";
            spark_buckets: string[];
            step: string;
            /** Format: date-time */
            to: string;
            total: number;
            tz: string;
            /** Format: date-time */
            watermark: string;
        };
        UsageDimension: {
            about: string;
            directory: string | null;
            field: string;
            has_latency: boolean;
            id: string;
            one: string;
            title: string;
        };
        UsageDimensions: {
            dimensions: components["schemas"]["UsageDimension"][];
            sorts: string[];
        };
        UsageRow: {
            bytes: number | null;
            calls: number;
            change: number | null;
            client_errors: number;
            denied: number;
            detail: string | null;
            errors: number;
            filter: string;
            first_seen: string | null;
            key: string;
            known: boolean | null;
            label: string;
            last_seen: string | null;
            p50: number | null;
            p95: number | null;
            previous: number | null;
            share: number;
            spark: number[];
            state: ("new" | "gone" | "same") | null;
        };
        User: {
            /** Format: date-time */
            created: string;
            disabled: boolean;
            full_name: string;
            last_signed_in: string | null;
            name: string;
            provider: components["schemas"]["Subject"] | null;
            role: string;
            rows: string | null;
        };
        UserBody: {
            full_name?: string | null;
            name: string;
            password: string;
            role: string;
            rows?: string | null;
        };
        UserChange: {
            disabled?: boolean;
            full_name: string;
            password?: string | null;
            role: string;
            rows?: string | null;
        };
        Users: {
            users: components["schemas"]["User"][];
        };
        View: {
            default: boolean;
            id: string;
            mine: boolean;
            name: string;
            owner: string;
            page: string;
            search: string;
            shared: boolean;
            /** Format: date-time */
            updated: string;
        };
        ViewBody: {
            default?: boolean;
            name: string;
            page: string;
            search: string;
            shared?: boolean;
        };
        Views: {
            views: components["schemas"]["View"][];
        };
        /** @description What waits for a second person. */
        Waiting: {
            by: string;
            /** Format: date-time */
            expires: string;
            id: string;
            /** @description Whether the one who asks here has asked for it. */
            is_own: boolean;
            /** Format: date-time */
            since: string;
            wish: components["schemas"]["Wish"];
        };
        Ways: {
            /** @description Whether anybody signs in with a password. */
            password: boolean;
            provider: {
                label: string;
            } | null;
        };
        WhatIf: {
            by_consumer: components["schemas"]["WhatIfLine"][];
            by_route: components["schemas"]["WhatIfLine"][];
            examples: string[];
            /** @description finds exactly the calls that would flip; null where no filter can */
            filter: string | null;
            note: string | null;
            partial: boolean;
            partial_reason?: string;
            scanned: number;
            seconds: number;
            unchanged: number;
            /** @description calls that pass today, of callers whose groups nobody knows */
            unknown: number;
            /** Format: date-time */
            watermark: string;
            would_allow: number;
            would_deny: number;
        };
        WhatIfBody: {
            change: components["schemas"]["WhatIfChange"];
            filter?: string;
            from?: string;
            to?: string;
            tz?: string;
        };
        WhatIfChange: {
            addresses?: string[];
            api?: string;
            consumer?: string;
            environment?: string;
            group?: string;
            /** @enum {unknown} */
            kind: "allow_group" | "deny_group" | "remove_group" | "add_group" | "allow_address" | "deny_address" | "time_window" | "rate_limit" | "quota";
            limit?: number;
            /** @enum {unknown} */
            period?: "second" | "minute" | "hour" | "day" | "week" | "month" | "year";
            route?: string;
            service?: string;
            windows?: {
                days?: ("mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun")[];
                from?: string;
                to?: string;
                zone?: string;
            }[];
        };
        WhatIfLine: {
            calls: number;
            key: string;
            would_allow: number;
            would_deny: number;
        };
        Wish: {
            hold?: string;
            /** @enum {string} */
            kind: "retention" | "release" | "erase";
            /** @description A keyed hash of how: the same person has the same. */
            mark?: string;
            reason?: string;
            set?: components["schemas"]["RetentionSet"];
            /** @description How the person to erase is named. */
            subject?: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
