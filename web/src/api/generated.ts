// Written by npm run gen from /api/v1/openapi.json. Do not edit.
export interface components {
    schemas: {
        Diagnosis: {
            action?: {
                filter?: string;
                from?: string;
                label: string;
                to?: string;
            };
            /** @enum {unknown} */
            kind: "window" | "filter" | "spelling" | "source" | "delay";
            text: string;
        };
        Ended: {
            ended: boolean;
        };
        Event: {
            access?: {
                explanation?: string;
                granted?: boolean;
                reason?: string | null;
                reason_label?: string;
                resolution?: string;
            };
            api?: string;
            api_key_id?: string;
            consumer_groups?: string[];
            consumer_id?: string;
            consumer_name?: string;
            correlation_id?: string;
            custom?: {
                [key: string]: unknown;
            };
            customer?: string;
            environment?: string;
            format: string;
            gateway?: string;
            id: string;
            /** Format: date-time */
            received: string;
            request?: {
                bytes?: number;
                headers?: string[][];
                host?: string;
                ip?: string;
                method?: string;
                path?: string;
                query?: string;
                user_agent?: string;
            } & {
                [key: string]: unknown;
            };
            request_id?: string;
            response?: {
                bytes?: number;
                duration_ms?: number;
                gateway_ms?: number;
                headers?: string[][];
                status?: number;
                upstream_ms?: number;
            } & {
                [key: string]: unknown;
            };
            route?: string;
            service?: string;
            source: string;
            /** Format: date-time */
            timestamp: string;
            trace_id?: string;
            usage_plan?: string;
        } & {
            [key: string]: unknown;
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
            };
            /** Format: date-time */
            watermark: string;
        };
        Exports: {
            exports: components["schemas"]["Manifest"][];
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
        Fields: {
            fields: {
                doc: string;
                facet: boolean;
                kind: string;
                label: string;
                name: string;
                unit?: string;
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
        Health: {
            status: string;
        };
        Histogram: {
            buckets: string[];
            /** Format: date-time */
            from: string;
            partial: boolean;
            partial_reason?: string;
            series: {
                key: string;
                label: string;
                values: number[];
            }[];
            source?: string;
            step: string;
            /** Format: date-time */
            to: string;
            total: number;
            tz: string;
            /** Format: date-time */
            watermark: string;
        };
        Manifest: {
            bytes: number;
            columns: string[];
            error?: string;
            filter: string;
            /** Format: date-time */
            finished?: string;
            format: string;
            /** Format: date-time */
            from: string;
            id: string;
            progress: number;
            rows: number;
            sha256?: string;
            /** Format: date-time */
            started: string;
            /** @enum {unknown} */
            state: "running" | "done" | "failed" | "cancelled";
            /** Format: date-time */
            to: string;
        };
        OpenApi: {
            [key: string]: unknown;
        };
        Panel: {
            buckets?: string[];
            change?: number | null;
            columns?: {
                id: string;
                label: string;
                unit?: string;
            }[];
            /** Format: date-time */
            from: string;
            note?: string;
            other?: number;
            panel: components["schemas"]["PanelInfo"];
            partial?: boolean;
            partial_reason?: string;
            previous?: {
                /** Format: date-time */
                from: string;
                /** Format: date-time */
                to: string;
            } | null;
            rows?: {
                [key: string]: unknown;
            }[];
            series?: {
                key: string;
                label: string;
                previous?: (number | null)[] | null;
                values: (number | null)[];
            }[];
            /** @enum {unknown} */
            source?: "rollup" | "rows";
            step?: string;
            /** Format: date-time */
            to: string;
            total?: number;
            tz: string;
            value?: number | null;
            /** Format: date-time */
            watermark?: string;
        } & {
            [key: string]: unknown;
        };
        PanelInfo: {
            /** @enum {unknown} */
            chart: "stat" | "bars" | "area" | "line" | "toplist" | "table";
            id: string;
            question: string;
            split?: string;
            title: string;
            /** @enum {unknown} */
            unit: "calls" | "percent" | "ms" | "bytes" | "consumers";
        };
        Panels: {
            panels: components["schemas"]["PanelInfo"][];
        };
        Problem: {
            detail: string;
            position?: number;
            remedy?: string;
            status: number;
            suggestions?: string[];
            title: string;
            type: string;
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
        Session: {
            name: string;
            role: string;
            sample: boolean;
            version: string;
        };
        Sources: {
            sources: {
                accepted: number;
                bytes: number;
                /** Format: date-time */
                created: string;
                duplicates: number;
                events_per_second: number;
                formats: {
                    [key: string]: number;
                };
                last_event: string | null;
                name: string;
                rejected: number;
                sample: boolean;
            }[];
        };
        Summary: components["schemas"]["Figures"] & {
            partial: boolean;
            partial_reason?: string;
            previous: components["schemas"]["Figures"];
            source?: string;
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
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
