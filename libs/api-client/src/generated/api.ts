// Generated from apps/api/openapi.json by npm run docs. Do not edit.
export interface paths {
    "/livez": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Liveness probe */
        get: operations["live"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Readiness probe; 503 with the failed checks */
        get: operations["ready"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/consents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List consents, newest first
         * @description Needs a key with the scope `read` or `train` (or `admin`).
         */
        get: operations["listConsents"];
        put?: never;
        /**
         * Record a consent: who agreed to a portrait of whom, and for what
         * @description Needs a key with the scope `train` (or `admin`).
         */
        post: operations["createConsent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/consents/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a consent
         * @description Needs a key with the scope `read` or `train` (or `admin`).
         */
        get: operations["getConsent"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/people": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List people, newest first
         * @description Needs a key with the scope `read` or `train` or `render` (or `admin`).
         */
        get: operations["listPeople"];
        put?: never;
        /**
         * Create a person and train a portrait from a video
         * @description Needs a key with the scope `train` (or `admin`).
         */
        post: operations["createPerson"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/people/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a person with all stages
         * @description Needs a key with the scope `read` or `train` or `render` (or `admin`).
         */
        get: operations["getPerson"];
        put?: never;
        post?: never;
        /**
         * Erase a person: artifacts, videos, rows and workflow histories
         * @description Needs a key with the scope `admin`.
         */
        delete: operations["erasePerson"];
        options?: never;
        head?: never;
        /**
         * Change the name or metadata of a person
         * @description Needs a key with the scope `train` (or `admin`).
         */
        patch: operations["updatePerson"];
        trace?: never;
    };
    "/v1/people/{id}:cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel a training; finished stages are kept
         * @description Needs a key with the scope `train` (or `admin`).
         */
        post: operations["cancelPerson"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/people/{id}:resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Resume an ended training, optionally with changed parameters; unaffected stages are not recomputed
         * @description Needs a key with the scope `train` (or `admin`).
         */
        post: operations["resumePerson"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/people/{id}/artifacts/{digest}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get links to the files of an artifact
         * @description Needs a key with the scope `read` or `train` or `render` (or `admin`).
         */
        get: operations["getArtifact"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/erasures": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List erasures, newest first
         * @description Needs a key with the scope `admin`.
         */
        get: operations["listErasures"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/erasures/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get an erasure
         * @description Needs a key with the scope `admin`.
         */
        get: operations["getErasure"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/stages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List stages with their parameters, and presets
         * @description Needs a key with the scope `read` or `train` or `render` (or `admin`).
         */
        get: operations["listStages"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/people/{id}/stages/{stage}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a stage of a person
         * @description Needs a key with the scope `read` or `train` or `render` (or `admin`).
         */
        get: operations["getStage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/people/{id}/stages/{stage}:retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Retry a parked stage, optionally with changed parameters
         * @description Needs a key with the scope `train` (or `admin`).
         */
        post: operations["retryStage"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/people/{id}/stages/{stage}:skip": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Skip a parked stage, where the graph allows it
         * @description Needs a key with the scope `train` (or `admin`).
         */
        post: operations["skipStage"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/videos": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List videos, newest first
         * @description Needs a key with the scope `read` or `render` (or `admin`).
         */
        get: operations["listVideos"];
        put?: never;
        /**
         * Render a video
         * @description Needs a key with the scope `render` (or `admin`).
         */
        post: operations["createVideo"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/videos/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a video with its stages and, once ready, its files
         * @description Needs a key with the scope `read` or `render` (or `admin`).
         */
        get: operations["getVideo"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/videos/{id}:cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel a render
         * @description Needs a key with the scope `render` (or `admin`).
         */
        post: operations["cancelVideo"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/videos/{id}/stages/{stage}:retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Retry a parked stage of a video, optionally with changed parameters
         * @description Needs a key with the scope `render` (or `admin`).
         */
        post: operations["retryVideoStage"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/batches": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List batches, newest first
         * @description Needs a key with the scope `read` or `render` (or `admin`).
         */
        get: operations["listBatches"];
        put?: never;
        /**
         * Create a batch of videos, optionally within daily hours
         * @description Needs a key with the scope `render` (or `admin`).
         */
        post: operations["createBatch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/batches/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a batch with item counts and a forecast
         * @description Needs a key with the scope `read` or `render` (or `admin`).
         */
        get: operations["getBatch"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/batches/{id}:cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel a batch; finished videos are kept
         * @description Needs a key with the scope `render` (or `admin`).
         */
        post: operations["cancelBatch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/batches/{id}:retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Retry failed or cancelled items, all or some
         * @description Needs a key with the scope `render` (or `admin`).
         */
        post: operations["retryBatch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/batches/{id}/items": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List items in the order in which they start
         * @description Needs a key with the scope `read` or `render` (or `admin`).
         */
        get: operations["listBatchItems"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/batches/{id}/items/{item}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get an item with, once done, its files
         * @description Needs a key with the scope `read` or `render` (or `admin`).
         */
        get: operations["getBatchItem"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/batches/{id}/manifest.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Download a manifest: status, link, hash, duration and error of every item
         * @description Needs a key with the scope `read` or `render` (or `admin`).
         */
        get: operations["getManifest"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/batches/{id}/manifest.csv": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Download the manifest as CSV
         * @description Needs a key with the scope `read` or `render` (or `admin`).
         */
        get: operations["getManifestCsv"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/uploads": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List uploads, newest first
         * @description Needs a key with the scope `read` or `train` or `render` (or `admin`).
         */
        get: operations["listUploads"];
        put?: never;
        /**
         * Open an upload; the response lists a link for each part
         * @description Needs a key with the scope `train` or `render` (or `admin`).
         */
        post: operations["createUpload"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/uploads/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get an upload with fresh links for missing parts
         * @description Needs a key with the scope `train` or `render` (or `admin`).
         */
        get: operations["getUpload"];
        put?: never;
        post?: never;
        /**
         * Abort an upload
         * @description Needs a key with the scope `train` or `render` (or `admin`).
         */
        delete: operations["deleteUpload"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/uploads/{id}:complete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Complete an upload: join the parts and check size, sha256 and type
         * @description Needs a key with the scope `train` or `render` (or `admin`).
         */
        post: operations["completeUpload"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Stream events (server-sent events); Last-Event-ID resumes after an event
         * @description Needs a key with the scope `read` or `train` or `render` (or `admin`).
         */
        get: operations["streamEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List webhooks, newest first
         * @description Needs a key with the scope `admin`.
         */
        get: operations["listWebhooks"];
        put?: never;
        /**
         * Create a webhook; the signing secret is shown once
         * @description Needs a key with the scope `admin`.
         */
        post: operations["createWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a webhook
         * @description Needs a key with the scope `admin`.
         */
        get: operations["getWebhook"];
        put?: never;
        post?: never;
        /**
         * Delete a webhook and its deliveries
         * @description Needs a key with the scope `admin`.
         */
        delete: operations["deleteWebhook"];
        options?: never;
        head?: never;
        /**
         * Change the address or events of a webhook, or activate or deactivate it
         * @description Needs a key with the scope `admin`.
         */
        patch: operations["updateWebhook"];
        trace?: never;
    };
    "/v1/webhooks/{id}:rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Rotate the secret of a webhook; the new secret is shown once
         * @description Needs a key with the scope `admin`.
         */
        post: operations["rotateWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/callback-secret:rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Rotate the secret that signs deliveries to callbackUrl; the new secret is shown once
         * @description Needs a key with the scope `admin`.
         */
        post: operations["rotateCallbackSecret"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List deliveries of the last 30 days, newest first
         * @description Needs a key with the scope `admin`.
         */
        get: operations["listDeliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deliveries/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a delivery with its log
         * @description Needs a key with the scope `admin`.
         */
        get: operations["getDelivery"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deliveries/{id}:redeliver": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send a delivery again now
         * @description Needs a key with the scope `admin`.
         */
        post: operations["redeliver"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List keys, newest first
         * @description Needs a key with the scope `admin`.
         */
        get: operations["listKeys"];
        put?: never;
        /**
         * Create a key; it is shown once
         * @description Needs a key with the scope `admin`.
         */
        post: operations["createKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/keys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Revoke a key, effective at once
         * @description Needs a key with the scope `admin`.
         */
        delete: operations["revokeKey"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/caller": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the key in use
         * @description Needs a key with the scope `read` or `train` or `render` (or `admin`).
         */
        get: operations["getCaller"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List audit entries, newest first
         * @description Needs a key with the scope `admin`.
         */
        get: operations["listAudit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Error: {
            error: {
                /** @enum {string} */
                code: "INVALID_ARGUMENT" | "NOT_FOUND" | "CONSENT_MISSING" | "INPUT_UNREADABLE" | "INPUT_NO_VIDEO" | "INPUT_NO_AUDIO" | "INPUT_TOO_SHORT" | "INPUT_LOW_QUALITY" | "FACE_NOT_FOUND" | "FACE_AMBIGUOUS" | "TRACKING_FAILED" | "INCOMPATIBLE" | "CHECKPOINT_INVALID" | "TRAINING_FAILED" | "ARTIFACT_CORRUPT" | "MODEL_UNAVAILABLE" | "DEPENDENCY_MISSING" | "TOOL_KILLED" | "NOT_SUPPORTED" | "STORE_BUSY" | "STORE_UNWRITABLE" | "STORE_UNREACHABLE" | "CONFLICT" | "UNAUTHENTICATED" | "FORBIDDEN" | "RATE_LIMITED" | "SERVER_UNREACHABLE" | "WORKER_LOST" | "CANCELLED" | "INTERNAL";
                message: string;
                hint: string | null;
                /** @description place of the failure: stage, frame (from 0), second */
                at: {
                    stage?: string;
                    frame?: number;
                    second?: number;
                } | null;
                /** @description also in the header X-Request-Id and in the server log */
                requestId: string;
            };
        };
        Artifact: {
            role: string;
            kind: string;
            /** @description id of the artifact: GET /v1/people/{id}/artifacts/{digest} */
            digest: string;
        };
        ArtifactFiles: {
            kind: string;
            digest: string;
            files: components["schemas"]["File"][];
        };
        AuditEntry: {
            /**
             * Format: date-time
             * @description ISO 8601, UTC
             */
            at: string;
            keyId: string | null;
            /** @description operationId */
            action: string;
            /** @description id of the resource */
            target: string | null;
            /** @description HTTP status of the response */
            status: number;
            /** @description error code of a refusal */
            code: string | null;
            requestId: string;
        };
        Batch: {
            id: string;
            name: string | null;
            /**
             * @description paused: outside the window; done: every item has ended, successfully or not
             * @enum {string}
             */
            status: "queued" | "running" | "paused" | "done" | "cancelled";
            counts: {
                total: number;
                waiting: number;
                running: number;
                done: number;
                failed: number;
                cancelled: number;
            };
            /** @description fraction of items that have ended */
            progress: number;
            window: {
                from: string;
                to: string;
                timeZone: string;
            } | null;
            /** @description next opening of the window */
            pausedUntil: string | null;
            priority: number;
            concurrency: number;
            /** @description measured; null before the first item ends */
            secondsPerItem: number | null;
            /** @description expected end, from measured speed; null when unknown */
            forecastAt: string | null;
            /** @description total length of finished videos */
            seconds: number;
            /** @description CPU time of finished videos */
            coreSeconds: number;
            metadata: {
                [key: string]: string;
            };
            /**
             * Format: date-time
             * @description ISO 8601, UTC
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description ISO 8601, UTC
             */
            updatedAt: string;
            startedAt: string | null;
            finishedAt: string | null;
        };
        BatchItem: {
            /** @description the caller's id of the item */
            id: string;
            personId: string;
            /** @description id of the video in events */
            videoId: string;
            /** @enum {string} */
            status: "waiting" | "running" | "done" | "failed" | "cancelled";
            /** @description number of starts */
            attempt: number;
            /** @description length of the video */
            seconds: number | null;
            coreSeconds: number | null;
            error: components["schemas"]["Failure"] | null;
            metadata: {
                [key: string]: string;
            };
            startedAt: string | null;
            finishedAt: string | null;
            /** @description the video, and video.json with its provenance; empty until done */
            files: components["schemas"]["File"][];
        };
        BatchItemSummary: {
            /** @description the caller's id of the item */
            id: string;
            personId: string;
            /** @description id of the video in events */
            videoId: string;
            /** @enum {string} */
            status: "waiting" | "running" | "done" | "failed" | "cancelled";
            /** @description number of starts */
            attempt: number;
            /** @description length of the video */
            seconds: number | null;
            coreSeconds: number | null;
            error: components["schemas"]["Failure"] | null;
            metadata: {
                [key: string]: string;
            };
            startedAt: string | null;
            finishedAt: string | null;
        };
        Catalog: {
            stages: {
                stage: string;
                title: string;
                /** @enum {string} */
                resource: "cpu" | "gpu";
                /** @description portrait, render */
                graphs: string[];
                /** @description stages of the portrait graph it depends on */
                needs: string[];
                canBeSkipped: boolean;
                params: {
                    path: string;
                    type: string;
                    /** @description as JSON */
                    default: string;
                    meaning: string;
                }[];
            }[];
            presets: {
                preset: string;
                purpose: string;
            }[];
        };
        Consent: {
            id: string;
            grantedBy: string;
            subject: string;
            date: string;
            purpose: string;
            statement: string | null;
            /**
             * Format: date-time
             * @description ISO 8601, UTC
             */
            createdAt: string;
        };
        CreateBatch: {
            name?: string & (unknown & unknown);
            /** @description the items; alternatively, send csv */
            items?: components["schemas"]["CreateBatchItem"][];
            /** @description the items as CSV with a header line: id, person, audio_url or upload_id, … (docs/api.md) */
            csv?: string;
            /**
             * @description defaults of all items; each item may override them
             * @default {}
             */
            defaults?: {
                /** @description head pose; an upload or address is a pose track (docs/formats.md) */
                pose?: ("clip" | "recorded" | "held") | ({
                    uploadId: string;
                } | {
                    /** Format: uri */
                    url: string;
                });
                /** @description blinking; an upload or address is an eye track */
                eyes?: ("clip" | "natural") | {
                    open: number;
                } | ({
                    uploadId: string;
                } | {
                    /** Format: uri */
                    url: string;
                });
                /** @description an upload or address is an image or a video */
                background?: ("plate" | "transparent") | string | ({
                    uploadId: string;
                } | {
                    /** Format: uri */
                    url: string;
                });
                /**
                 * @description default: mp4, or webm with a transparent background
                 * @enum {string}
                 */
                container?: "mp4" | "mov" | "webm";
                /** @description parameters by stage, nested as in docs/parameters.md; missing values stay unchanged */
                params?: {
                    [key: string]: {
                        [key: string]: unknown;
                    };
                };
                seed?: number;
                shards?: number;
            };
            /**
             * @description null: any time
             * @default null
             */
            window?: {
                /** @description HH:MM; a time later than `to` spans midnight */
                from: string;
                /** @description HH:MM */
                to: string;
                /** @description IANA name, for example Europe/Berlin */
                timeZone: string;
            } | null;
            /**
             * @description 1 (first) to 5 among all work
             * @default 3
             */
            priority?: number;
            /**
             * @description videos rendered in parallel
             * @default 4
             */
            concurrency?: number;
            /**
             * @description the caller's own entries, returned unchanged; at most 50
             * @default {}
             */
            metadata?: {
                [key: string]: string;
            };
            /**
             * Format: uri
             * @description receives the completion event in addition to webhooks; signed with the secret of POST /v1/callback-secret:rotate
             */
            callbackUrl?: string;
        };
        CreateBatchItem: {
            /** @description the caller's id of the item, unique in the batch */
            id: string & (unknown & unknown);
            personId: string;
            /** @description speech; "recorded": the sound of the clip */
            audio: "recorded" | ({
                uploadId: string;
            } | {
                /** Format: uri */
                url: string;
            });
            /** @description head pose; an upload or address is a pose track (docs/formats.md) */
            pose?: ("clip" | "recorded" | "held") | ({
                uploadId: string;
            } | {
                /** Format: uri */
                url: string;
            });
            /** @description blinking; an upload or address is an eye track */
            eyes?: ("clip" | "natural") | {
                open: number;
            } | ({
                uploadId: string;
            } | {
                /** Format: uri */
                url: string;
            });
            /** @description an upload or address is an image or a video */
            background?: ("plate" | "transparent") | string | ({
                uploadId: string;
            } | {
                /** Format: uri */
                url: string;
            });
            /**
             * @description default: mp4, or webm with a transparent background
             * @enum {string}
             */
            container?: "mp4" | "mov" | "webm";
            /** @description parameters by stage, nested as in docs/parameters.md; missing values stay unchanged */
            params?: {
                [key: string]: {
                    [key: string]: unknown;
                };
            };
            seed?: number;
            shards?: number;
            /** @description 1 (first) to 5 within the batch; default: 3 */
            priority?: number;
            /** @description the caller's own entries, returned unchanged; at most 50 */
            metadata?: {
                [key: string]: string;
            };
        };
        CreateConsent: {
            /** @description who gives consent: the person or a legal representative */
            grantedBy: string & (unknown & unknown);
            /** @description whose face and voice appear in the video */
            subject: string & (unknown & unknown);
            /** @description ISO 8601 date, or date and time with offset, of the statement */
            date: string;
            /** @description permitted use of the portrait */
            purpose: string & (unknown & unknown);
            /** @description text of the agreement */
            statement?: string;
        };
        CreateKey: {
            /** @description display name */
            name: string & (unknown & unknown);
            /** @description read; train (people, consents, uploads); render (videos, batches, uploads); admin (everything, including keys and erasure) */
            scopes: ("read" | "train" | "render" | "admin")[];
            /** Format: date-time */
            expiresAt?: string;
            /** @description requests per minute; default: the server's limit */
            ratePerMinute?: number;
        };
        CreatePerson: {
            name?: string & (unknown & unknown);
            /** @description required for training; create one with POST /v1/consents */
            consentId: string;
            /** @description a few minutes of the person speaking */
            video: {
                uploadId: string;
            } | {
                /** Format: uri */
                url: string;
            };
            /**
             * @description see GET /v1/stages
             * @default standard
             */
            preset?: string;
            /**
             * @description parameters by stage, nested as in docs/parameters.md; missing values stay unchanged
             * @default {}
             */
            params?: {
                [key: string]: {
                    [key: string]: unknown;
                };
            };
            /** @default 1 */
            seed?: number;
            /**
             * @description compare the portrait with held-out frames
             * @default true
             */
            evaluate?: boolean;
            /**
             * @description the caller's own entries, returned unchanged; at most 50
             * @default {}
             */
            metadata?: {
                [key: string]: string;
            };
            /**
             * Format: uri
             * @description receives this person's events in addition to webhooks; signed with the secret of POST /v1/callback-secret:rotate
             */
            callbackUrl?: string;
        };
        CreateUpload: {
            /**
             * @description video (training or background), audio (speech), image (background), track (pose or eyes, JSON)
             * @enum {string}
             */
            kind: "video" | "audio" | "image" | "track";
            /** @description owner; omit for the training video of a new person */
            personId?: string;
            /** @description size of the whole file */
            bytes: number;
            /** @description for example video/mp4 */
            contentType: string;
            /** @description other content is refused */
            sha256?: string;
        };
        CreateVideo: {
            personId: string;
            /** @description speech; "recorded": the sound of the clip */
            audio: "recorded" | ({
                uploadId: string;
            } | {
                /** Format: uri */
                url: string;
            });
            /** @description head pose; an upload or address is a pose track (docs/formats.md) */
            pose?: ("clip" | "recorded" | "held") | ({
                uploadId: string;
            } | {
                /** Format: uri */
                url: string;
            });
            /** @description blinking; an upload or address is an eye track */
            eyes?: ("clip" | "natural") | {
                open: number;
            } | ({
                uploadId: string;
            } | {
                /** Format: uri */
                url: string;
            });
            /** @description an upload or address is an image or a video */
            background?: ("plate" | "transparent") | string | ({
                uploadId: string;
            } | {
                /** Format: uri */
                url: string;
            });
            /**
             * @description default: mp4, or webm with a transparent background
             * @enum {string}
             */
            container?: "mp4" | "mov" | "webm";
            /**
             * @description parameters by stage, nested as in docs/parameters.md; missing values stay unchanged
             * @default {}
             */
            params?: {
                [key: string]: {
                    [key: string]: unknown;
                };
            };
            /** @default 1 */
            seed?: number;
            /**
             * @description number of parallel render workers; does not change the result
             * @default 1
             */
            shards?: number;
            /**
             * @description the caller's own entries, returned unchanged; at most 50
             * @default {}
             */
            metadata?: {
                [key: string]: string;
            };
            /**
             * Format: uri
             * @description receives this video's events in addition to webhooks; signed with the secret of POST /v1/callback-secret:rotate
             */
            callbackUrl?: string;
        };
        CreateWebhook: {
            /**
             * Format: uri
             * @description receives a POST per event; any 2xx within 10 s is a success
             */
            url: string;
            /** @description event types to send; default: all */
            events?: ("person.training" | "person.ready" | "person.failed" | "person.cancelled" | "person.erased" | "stage.done" | "stage.failed" | "video.rendering" | "video.ready" | "video.failed" | "video.cancelled" | "batch.completed")[];
        };
        CreatedKey: {
            id: string;
            name: string;
            /** @description first characters of the key */
            start: string;
            scopes: ("read" | "train" | "render" | "admin")[];
            ratePerMinute: number | null;
            /**
             * Format: date-time
             * @description ISO 8601, UTC
             */
            createdAt: string;
            expiresAt: string | null;
            revokedAt: string | null;
            /** @description accurate to a minute */
            lastUsedAt: string | null;
            /** @description the key; shown once */
            key: string;
        };
        Delivery: {
            id: string;
            /** @description null: delivery to a callbackUrl */
            webhookId: string | null;
            url: string;
            eventId: string;
            /** @enum {string} */
            type: "person.training" | "person.ready" | "person.failed" | "person.cancelled" | "person.erased" | "stage.done" | "stage.failed" | "video.rendering" | "video.ready" | "video.failed" | "video.cancelled" | "batch.completed";
            /** @enum {string} */
            status: "pending" | "delivered" | "failed";
            attempts: number;
            nextAttemptAt: string | null;
            log: {
                /**
                 * Format: date-time
                 * @description ISO 8601, UTC
                 */
                at: string;
                /** @description HTTP status; null when there was no response */
                status: number | null;
                /** @description time to the response */
                ms: number;
                /** @description reason of a failure, with the start of the response */
                error: string | null;
            }[];
            /**
             * Format: date-time
             * @description ISO 8601, UTC
             */
            createdAt: string;
            deliveredAt: string | null;
        };
        Erasure: {
            id: string;
            /** @enum {string} */
            status: "erasing" | "erased";
            /** @description deleted rows by table */
            deleted: {
                [key: string]: number;
            } | null;
            /**
             * Format: date-time
             * @description ISO 8601, UTC
             */
            createdAt: string;
            completedAt: string | null;
        };
        Event: {
            /** @description the same for every delivery of the event */
            id: string;
            /** @enum {string} */
            type: "person.training" | "person.ready" | "person.failed" | "person.cancelled" | "person.erased" | "stage.done" | "stage.failed" | "video.rendering" | "video.ready" | "video.failed" | "video.cancelled" | "batch.completed";
            /**
             * Format: date-time
             * @description ISO 8601, UTC
             */
            createdAt: string;
            personId: string | null;
            videoId: string | null;
            batchId: string | null;
            /** @description set for person.erased, which names no person */
            erasureId: string | null;
            stage: string | null;
            attempt: number | null;
            seconds: number | null;
            coreSeconds: number | null;
            error: components["schemas"]["Failure"] | null;
        };
        Failure: {
            /** @enum {string} */
            code: "INVALID_ARGUMENT" | "NOT_FOUND" | "CONSENT_MISSING" | "INPUT_UNREADABLE" | "INPUT_NO_VIDEO" | "INPUT_NO_AUDIO" | "INPUT_TOO_SHORT" | "INPUT_LOW_QUALITY" | "FACE_NOT_FOUND" | "FACE_AMBIGUOUS" | "TRACKING_FAILED" | "INCOMPATIBLE" | "CHECKPOINT_INVALID" | "TRAINING_FAILED" | "ARTIFACT_CORRUPT" | "MODEL_UNAVAILABLE" | "DEPENDENCY_MISSING" | "TOOL_KILLED" | "NOT_SUPPORTED" | "STORE_BUSY" | "STORE_UNWRITABLE" | "STORE_UNREACHABLE" | "CONFLICT" | "UNAUTHENTICATED" | "FORBIDDEN" | "RATE_LIMITED" | "SERVER_UNREACHABLE" | "WORKER_LOST" | "CANCELLED" | "INTERNAL";
            message: string;
            hint: string | null;
            /** @description place of the failure: stage, frame (from 0), second */
            at: {
                stage?: string;
                frame?: number;
                second?: number;
            } | null;
        };
        File: {
            name: string;
            /** @description size */
            bytes: number;
            sha256: string;
            /** @description null when the store does not answer */
            link: components["schemas"]["Link"] | null;
        };
        Key: {
            id: string;
            name: string;
            /** @description first characters of the key */
            start: string;
            scopes: ("read" | "train" | "render" | "admin")[];
            ratePerMinute: number | null;
            /**
             * Format: date-time
             * @description ISO 8601, UTC
             */
            createdAt: string;
            expiresAt: string | null;
            revokedAt: string | null;
            /** @description accurate to a minute */
            lastUsedAt: string | null;
        };
        Link: {
            /** @description GET without a key; supports ranges */
            url: string;
            /**
             * Format: date-time
             * @description ISO 8601, UTC
             */
            expiresAt: string;
        };
        ManifestEntry: {
            id: string;
            personId: string;
            /** @enum {string} */
            status: "waiting" | "running" | "done" | "failed" | "cancelled";
            attempt: number;
            /** @description link to the video */
            url: string | null;
            urlExpiresAt: string | null;
            name: string | null;
            bytes: number | null;
            sha256: string | null;
            seconds: number | null;
            coreSeconds: number | null;
            errorCode: string | null;
            errorMessage: string | null;
        };
        Person: {
            id: string;
            name: string | null;
            /**
             * @description parked: a stage failed permanently and waits for retry, skip or cancel; finished stages are kept
             * @enum {string}
             */
            status: "queued" | "training" | "parked" | "ready" | "failed" | "cancelled" | "erasing";
            consentId: string;
            preset: string;
            /** @description parameters by stage, nested as in docs/parameters.md; missing values stay unchanged */
            params: {
                [key: string]: {
                    [key: string]: unknown;
                };
            };
            seed: number;
            evaluate: boolean;
            metadata: {
                [key: string]: string;
            };
            error: components["schemas"]["Failure"] | null;
            /**
             * Format: date-time
             * @description ISO 8601, UTC
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description ISO 8601, UTC
             */
            updatedAt: string;
            startedAt: string | null;
            finishedAt: string | null;
            /** @description mean over all stages, 0 to 1; null when Temporal is unreachable */
            progress: number | null;
            stages: components["schemas"]["Stage"][];
        };
        PersonSummary: {
            id: string;
            name: string | null;
            /**
             * @description parked: a stage failed permanently and waits for retry, skip or cancel; finished stages are kept
             * @enum {string}
             */
            status: "queued" | "training" | "parked" | "ready" | "failed" | "cancelled" | "erasing";
            consentId: string;
            preset: string;
            /** @description parameters by stage, nested as in docs/parameters.md; missing values stay unchanged */
            params: {
                [key: string]: {
                    [key: string]: unknown;
                };
            };
            seed: number;
            evaluate: boolean;
            metadata: {
                [key: string]: string;
            };
            error: components["schemas"]["Failure"] | null;
            /**
             * Format: date-time
             * @description ISO 8601, UTC
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description ISO 8601, UTC
             */
            updatedAt: string;
            startedAt: string | null;
            finishedAt: string | null;
        };
        RetryBatch: {
            /**
             * @description "failed"; "unfinished" (failed and cancelled); or ids of failed or cancelled items
             * @default failed
             */
            items?: ("failed" | "unfinished") | (string & (unknown & unknown))[];
        };
        RetryStage: {
            /** @description parameters of this stage to change; others stay unchanged */
            params?: {
                [key: string]: unknown;
            };
        };
        Stage: {
            stage: string;
            title: string;
            /**
             * @description parked: failed permanently; retry, skip or cancel
             * @enum {string}
             */
            status: "waiting" | "running" | "parked" | "done" | "skipped" | "cancelled";
            /** @description number of starts */
            attempt: number;
            /** @description 0 to 1; null when unknown */
            progress: number | null;
            done: number | null;
            total: number | null;
            /** @description unit of done and total: frames, steps, seconds */
            unit: string | null;
            message: string | null;
            startedAt: string | null;
            finishedAt: string | null;
            error: components["schemas"]["Failure"] | null;
            /** @description true: the result came from the cache */
            cached: boolean | null;
            /** @description duration */
            seconds: number | null;
            coreSeconds: number | null;
            artifacts: components["schemas"]["Artifact"][];
            /** @description preview images; their links expire */
            previews: components["schemas"]["File"][];
            /** @description notes on the input or the result */
            findings: {
                /** @enum {string} */
                level: "error" | "warning" | "info";
                code: string;
                message: string;
                advice?: string;
                at?: {
                    frame?: number;
                    second?: number;
                };
                value?: number;
            }[];
            metrics: {
                [key: string]: number;
            };
        };
        UpdatePerson: {
            name?: (string & (unknown & unknown)) | null;
            /** @description the caller's own entries, returned unchanged; at most 50 */
            metadata?: {
                [key: string]: string;
            };
        };
        UpdateWebhook: {
            /** Format: uri */
            url?: string;
            events?: ("person.training" | "person.ready" | "person.failed" | "person.cancelled" | "person.erased" | "stage.done" | "stage.failed" | "video.rendering" | "video.ready" | "video.failed" | "video.cancelled" | "batch.completed")[];
            /** @description false: deliveries wait */
            active?: boolean;
        };
        Upload: {
            id: string;
            /** @enum {string} */
            kind: "video" | "audio" | "image" | "track";
            personId: string | null;
            /**
             * @description used: it belongs to a person and cannot be used again
             * @enum {string}
             */
            status: "open" | "complete" | "used" | "aborted";
            bytes: number;
            contentType: string;
            sha256: string | null;
            partBytes: number | null;
            /** @description parts of an open upload */
            parts: components["schemas"]["UploadPart"][];
            /** @description GET the upload again for fresh links */
            linksExpireAt: string | null;
            /**
             * Format: date-time
             * @description ISO 8601, UTC
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description deleted then unless used
             */
            expiresAt: string;
        };
        UploadPart: {
            number: number;
            bytes: number;
            /** @description true when the store has the part */
            done: boolean;
            /** @description PUT the bytes from (number - 1) × partBytes here, without a key; null when done */
            url: string | null;
        };
        Video: {
            id: string;
            personId: string;
            batchId: string | null;
            itemId: string | null;
            /** @enum {string} */
            status: "queued" | "rendering" | "parked" | "ready" | "failed" | "cancelled";
            seed: number;
            shards: number;
            metadata: {
                [key: string]: string;
            };
            /** @description length of the video */
            seconds: number | null;
            /** @description CPU time */
            coreSeconds: number | null;
            error: components["schemas"]["Failure"] | null;
            /**
             * Format: date-time
             * @description ISO 8601, UTC
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description ISO 8601, UTC
             */
            updatedAt: string;
            startedAt: string | null;
            finishedAt: string | null;
            progress: number | null;
            stages: components["schemas"]["Stage"][];
            /** @description comparison with the clip, for a video with audio and pose "recorded", shortly after it is ready: psnrFace (dB), lmd (px at 512), mouthCorrelation and more; heldOut.… covers held-out frames. Null for other videos and in batches */
            comparison: {
                [key: string]: number;
            } | null;
            /** @description the video, and video.json with its provenance; empty until ready */
            files: components["schemas"]["File"][];
        };
        VideoSummary: {
            id: string;
            personId: string;
            batchId: string | null;
            itemId: string | null;
            /** @enum {string} */
            status: "queued" | "rendering" | "parked" | "ready" | "failed" | "cancelled";
            seed: number;
            shards: number;
            metadata: {
                [key: string]: string;
            };
            /** @description length of the video */
            seconds: number | null;
            /** @description CPU time */
            coreSeconds: number | null;
            error: components["schemas"]["Failure"] | null;
            /**
             * Format: date-time
             * @description ISO 8601, UTC
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description ISO 8601, UTC
             */
            updatedAt: string;
            startedAt: string | null;
            finishedAt: string | null;
        };
        Webhook: {
            id: string;
            url: string;
            events: ("person.training" | "person.ready" | "person.failed" | "person.cancelled" | "person.erased" | "stage.done" | "stage.failed" | "video.rendering" | "video.ready" | "video.failed" | "video.cancelled" | "batch.completed")[];
            /** @description the server deactivates a webhook that answers 410 */
            active: boolean;
            /**
             * Format: date-time
             * @description ISO 8601, UTC
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description ISO 8601, UTC
             */
            updatedAt: string;
        };
    };
    responses: {
        /** @description `CONFLICT`: The thing is not in a state that allows this, or the same key was used for something else. */
        Conflict: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description `FORBIDDEN`: The key is valid and does not allow this. */
        Forbidden: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /**
         * @description `FORBIDDEN`: The key is valid and does not allow this.
         *
         *     `CONSENT_MISSING`: Training needs a consent record and none was given.
         */
        ForbiddenOrConsentMissing: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description `INCOMPATIBLE`: Two artifacts do not belong together, for example another audio extractor. */
        Incompatible: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description `INPUT_UNREADABLE`: The input is not media that ffmpeg can read, or it is empty or truncated. */
        InputUnreadable: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description `INTERNAL`: A fault of the product itself. */
        Internal: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description `INVALID_ARGUMENT`: A parameter is unknown, malformed or out of range. */
        InvalidArgument: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description `NOT_FOUND`: A file, person, run or artifact does not exist. */
        NotFound: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description `NOT_SUPPORTED`: This machine or build cannot do what was asked. */
        NotSupported: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description `RATE_LIMITED`: Too many requests; the answer says when to come again. */
        RateLimited: {
            headers: {
                /** @description seconds */
                "Retry-After"?: number;
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /**
         * @description `SERVER_UNREACHABLE`: A server the product needs (Temporal, the API, a database) does not answer.
         *
         *     `STORE_UNREACHABLE`: The artifact store does not answer.
         */
        ServerUnreachableOrStoreUnreachable: {
            headers: {
                /** @description seconds */
                "Retry-After"?: number;
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description `STORE_UNWRITABLE`: The store or output cannot be written: permission, read-only, or no space left. */
        StoreUnwritable: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description `UNAUTHENTICATED`: No key, or one that is unknown or revoked. */
        Unauthenticated: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description `INVALID_ARGUMENT`: A parameter is unknown, malformed or out of range. */
        UnreadBody: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
    };
    parameters: {
        /** @description A repeated request with the same key gets the first response, for a day */
        IdempotencyKey: string;
    };
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    live: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "ok";
                    };
                };
            };
        };
    };
    ready: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        status: "ready" | "not ready";
                        /** @description database, Temporal, store: "ok" or the reason for a failure */
                        checks: {
                            [key: string]: string;
                        };
                    };
                };
            };
            /** @description OK */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        status: "ready" | "not ready";
                        /** @description database, Temporal, store: "ok" or the reason for a failure */
                        checks: {
                            [key: string]: string;
                        };
                    };
                };
            };
        };
    };
    listConsents: {
        parameters: {
            query?: {
                /** @description page size, 1 to 200 */
                limit?: number;
                /** @description nextCursor of the previous page */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Consent"][];
                        /** @description cursor of the next page; null on the last */
                        nextCursor: string | null;
                    };
                };
            };
            400: components["responses"]["InvalidArgument"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServerUnreachableOrStoreUnreachable"];
            507: components["responses"]["StoreUnwritable"];
        };
    };
    createConsent: {
        parameters: {
            query?: never;
            header?: {
                /** @description A repeated request with the same key gets the first response, for a day */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateConsent"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Consent"];
                };
            };
            400: components["responses"]["InvalidArgument"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["UnreadBody"];
            415: components["responses"]["UnreadBody"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServerUnreachableOrStoreUnreachable"];
            507: components["responses"]["StoreUnwritable"];
        };
    };
    getConsent: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Consent"];
                };
            };
            400: components["responses"]["InvalidArgument"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServerUnreachableOrStoreUnreachable"];
            507: components["responses"]["StoreUnwritable"];
        };
    };
    listPeople: {
        parameters: {
            query?: {
                /** @description page size, 1 to 200 */
                limit?: number;
                /** @description nextCursor of the previous page */
                cursor?: string;
                status?: "queued" | "training" | "parked" | "ready" | "failed" | "cancelled" | "erasing";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["PersonSummary"][];
                        /** @description cursor of the next page; null on the last */
                        nextCursor: string | null;
                    };
                };
            };
            400: components["responses"]["InvalidArgument"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServerUnreachableOrStoreUnreachable"];
            507: components["responses"]["StoreUnwritable"];
        };
    };
    createPerson: {
        parameters: {
            query?: never;
            header?: {
                /** @description A repeated request with the same key gets the first response, for a day */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreatePerson"];
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Person"];
                };
            };
            400: components["responses"]["InvalidArgument"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["ForbiddenOrConsentMissing"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["UnreadBody"];
            415: components["responses"]["UnreadBody"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            501: components["responses"]["NotSupported"];
            503: components["responses"]["ServerUnreachableOrStoreUnreachable"];
            507: components["responses"]["StoreUnwritable"];
        };
    };
    getPerson: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Person"];
                };
            };
            400: components["responses"]["InvalidArgument"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServerUnreachableOrStoreUnreachable"];
            507: components["responses"]["StoreUnwritable"];
        };
    };
    erasePerson: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Erasure"];
                };
            };
            400: components["responses"]["InvalidArgument"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServerUnreachableOrStoreUnreachable"];
            507: components["responses"]["StoreUnwritable"];
        };
    };
    updatePerson: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["UpdatePerson"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Person"];
                };
            };
            400: components["responses"]["InvalidArgument"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            413: components["responses"]["UnreadBody"];
            415: components["responses"]["UnreadBody"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServerUnreachableOrStoreUnreachable"];
            507: components["responses"]["StoreUnwritable"];
        };
    };
    cancelPerson: {
        parameters: {
            query?: never;
            header?: {
                /** @description A repeated request with the same key gets the first response, for a day */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Person"];
                };
            };
            400: components["responses"]["InvalidArgument"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServerUnreachableOrStoreUnreachable"];
            507: components["responses"]["StoreUnwritable"];
        };
    };
    resumePerson: {
        parameters: {
            query?: never;
            header?: {
                /** @description A repeated request with the same key gets the first response, for a day */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @description parameters by stage, nested as in docs/parameters.md; missing values stay unchanged */
                    params?: {
                        [key: string]: {
                            [key: string]: unknown;
                        };
                    };
                };
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Person"];
                };
            };
            400: components["responses"]["InvalidArgument"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["UnreadBody"];
            415: components["responses"]["UnreadBody"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServerUnreachableOrStoreUnreachable"];
            507: components["responses"]["StoreUnwritable"];
        };
    };
    getArtifact: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                digest: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ArtifactFiles"];
                };
            };
            400: components["responses"]["InvalidArgument"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServerUnreachableOrStoreUnreachable"];
            507: components["responses"]["StoreUnwritable"];
        };
    };
    listErasures: {
        parameters: {
            query?: {
                /** @description page size, 1 to 200 */
                limit?: number;
                /** @description nextCursor of the previous page */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Erasure"][];
                        /** @description cursor of the next page; null on the last */
                        nextCursor: string | null;
                    };
                };
            };
            400: components["responses"]["InvalidArgument"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServerUnreachableOrStoreUnreachable"];
            507: components["responses"]["StoreUnwritable"];
        };
    };
    getErasure: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Erasure"];
                };
            };
            400: components["responses"]["InvalidArgument"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServerUnreachableOrStoreUnreachable"];
            507: components["responses"]["StoreUnwritable"];
        };
    };
    listStages: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Catalog"];
                };
            };
            400: components["responses"]["InvalidArgument"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServerUnreachableOrStoreUnreachable"];
            507: components["responses"]["StoreUnwritable"];
        };
    };
    getStage: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                stage: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Stage"];
                };
            };
            400: components["responses"]["InvalidArgument"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServerUnreachableOrStoreUnreachable"];
            507: components["responses"]["StoreUnwritable"];
        };
    };
    retryStage: {
        parameters: {
            query?: never;
            header?: {
                /** @description A repeated request with the same key gets the first response, for a day */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                id: string;
                stage: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["RetryStage"];
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Person"];
                };
            };
            400: components["responses"]["InvalidArgument"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["UnreadBody"];
            415: components["responses"]["UnreadBody"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServerUnreachableOrStoreUnreachable"];
            507: components["responses"]["StoreUnwritable"];
        };
    };
    skipStage: {
        parameters: {
            query?: never;
            header?: {
                /** @description A repeated request with the same key gets the first response, for a day */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                id: string;
                stage: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Person"];
                };
            };
            400: components["responses"]["InvalidArgument"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["UnreadBody"];
            415: components["responses"]["UnreadBody"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServerUnreachableOrStoreUnreachable"];
            507: components["responses"]["StoreUnwritable"];
        };
    };
    listVideos: {
        parameters: {
            query?: {
                /** @description page size, 1 to 200 */
                limit?: number;
                /** @description nextCursor of the previous page */
                cursor?: string;
                status?: "queued" | "rendering" | "parked" | "ready" | "failed" | "cancelled";
                personId?: string;
                batchId?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["VideoSummary"][];
                        /** @description cursor of the next page; null on the last */
                        nextCursor: string | null;
                    };
                };
            };
            400: components["responses"]["InvalidArgument"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServerUnreachableOrStoreUnreachable"];
            507: components["responses"]["StoreUnwritable"];
        };
    };
    createVideo: {
        parameters: {
            query?: never;
            header?: {
                /** @description A repeated request with the same key gets the first response, for a day */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateVideo"];
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Video"];
                };
            };
            400: components["responses"]["InvalidArgument"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["UnreadBody"];
            415: components["responses"]["UnreadBody"];
            422: components["responses"]["Incompatible"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            501: components["responses"]["NotSupported"];
            503: components["responses"]["ServerUnreachableOrStoreUnreachable"];
            507: components["responses"]["StoreUnwritable"];
        };
    };
    getVideo: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Video"];
                };
            };
            400: components["responses"]["InvalidArgument"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServerUnreachableOrStoreUnreachable"];
            507: components["responses"]["StoreUnwritable"];
        };
    };
    cancelVideo: {
        parameters: {
            query?: never;
            header?: {
                /** @description A repeated request with the same key gets the first response, for a day */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Video"];
                };
            };
            400: components["responses"]["InvalidArgument"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServerUnreachableOrStoreUnreachable"];
            507: components["responses"]["StoreUnwritable"];
        };
    };
    retryVideoStage: {
        parameters: {
            query?: never;
            header?: {
                /** @description A repeated request with the same key gets the first response, for a day */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                id: string;
                stage: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["RetryStage"];
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Video"];
                };
            };
            400: components["responses"]["InvalidArgument"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["UnreadBody"];
            415: components["responses"]["UnreadBody"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServerUnreachableOrStoreUnreachable"];
            507: components["responses"]["StoreUnwritable"];
        };
    };
    listBatches: {
        parameters: {
            query?: {
                /** @description page size, 1 to 200 */
                limit?: number;
                /** @description nextCursor of the previous page */
                cursor?: string;
                status?: "queued" | "running" | "done" | "cancelled";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Batch"][];
                        /** @description cursor of the next page; null on the last */
                        nextCursor: string | null;
                    };
                };
            };
            400: components["responses"]["InvalidArgument"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServerUnreachableOrStoreUnreachable"];
            507: components["responses"]["StoreUnwritable"];
        };
    };
    createBatch: {
        parameters: {
            query?: never;
            header?: {
                /** @description A repeated request with the same key gets the first response, for a day */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateBatch"];
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Batch"];
                };
            };
            400: components["responses"]["InvalidArgument"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["UnreadBody"];
            415: components["responses"]["UnreadBody"];
            422: components["responses"]["Incompatible"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            501: components["responses"]["NotSupported"];
            503: components["responses"]["ServerUnreachableOrStoreUnreachable"];
            507: components["responses"]["StoreUnwritable"];
        };
    };
    getBatch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Batch"];
                };
            };
            400: components["responses"]["InvalidArgument"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServerUnreachableOrStoreUnreachable"];
            507: components["responses"]["StoreUnwritable"];
        };
    };
    cancelBatch: {
        parameters: {
            query?: never;
            header?: {
                /** @description A repeated request with the same key gets the first response, for a day */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Batch"];
                };
            };
            400: components["responses"]["InvalidArgument"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServerUnreachableOrStoreUnreachable"];
            507: components["responses"]["StoreUnwritable"];
        };
    };
    retryBatch: {
        parameters: {
            query?: never;
            header?: {
                /** @description A repeated request with the same key gets the first response, for a day */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["RetryBatch"];
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Batch"];
                };
            };
            400: components["responses"]["InvalidArgument"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["UnreadBody"];
            415: components["responses"]["UnreadBody"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServerUnreachableOrStoreUnreachable"];
            507: components["responses"]["StoreUnwritable"];
        };
    };
    listBatchItems: {
        parameters: {
            query?: {
                /** @description page size, 1 to 200 */
                limit?: number;
                /** @description nextCursor of the previous page */
                cursor?: string;
                status?: "waiting" | "running" | "done" | "failed" | "cancelled";
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["BatchItemSummary"][];
                        /** @description cursor of the next page; null on the last */
                        nextCursor: string | null;
                    };
                };
            };
            400: components["responses"]["InvalidArgument"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServerUnreachableOrStoreUnreachable"];
            507: components["responses"]["StoreUnwritable"];
        };
    };
    getBatchItem: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                item: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BatchItem"];
                };
            };
            400: components["responses"]["InvalidArgument"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServerUnreachableOrStoreUnreachable"];
            507: components["responses"]["StoreUnwritable"];
        };
    };
    getManifest: {
        parameters: {
            query?: {
                /** @description lifetime of the links in seconds, up to a week; 0: no links */
                linkSeconds?: number;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK; streamed */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        batch: components["schemas"]["Batch"];
                        items: components["schemas"]["ManifestEntry"][];
                    };
                };
            };
            400: components["responses"]["InvalidArgument"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServerUnreachableOrStoreUnreachable"];
            507: components["responses"]["StoreUnwritable"];
        };
    };
    getManifestCsv: {
        parameters: {
            query?: {
                /** @description lifetime of the links in seconds, up to a week; 0: no links */
                linkSeconds?: number;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK; streamed */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": string;
                };
            };
            400: components["responses"]["InvalidArgument"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServerUnreachableOrStoreUnreachable"];
            507: components["responses"]["StoreUnwritable"];
        };
    };
    listUploads: {
        parameters: {
            query?: {
                /** @description page size, 1 to 200 */
                limit?: number;
                /** @description nextCursor of the previous page */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            id: string;
                            /** @enum {string} */
                            kind: "video" | "audio" | "image" | "track";
                            personId: string | null;
                            /**
                             * @description used: it belongs to a person and cannot be used again
                             * @enum {string}
                             */
                            status: "open" | "complete" | "used" | "aborted";
                            bytes: number;
                            contentType: string;
                            sha256: string | null;
                            /**
                             * Format: date-time
                             * @description ISO 8601, UTC
                             */
                            createdAt: string;
                            /**
                             * Format: date-time
                             * @description deleted then unless used
                             */
                            expiresAt: string;
                        }[];
                        /** @description cursor of the next page; null on the last */
                        nextCursor: string | null;
                    };
                };
            };
            400: components["responses"]["InvalidArgument"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServerUnreachableOrStoreUnreachable"];
            507: components["responses"]["StoreUnwritable"];
        };
    };
    createUpload: {
        parameters: {
            query?: never;
            header?: {
                /** @description A repeated request with the same key gets the first response, for a day */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateUpload"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Upload"];
                };
            };
            400: components["responses"]["InvalidArgument"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["UnreadBody"];
            415: components["responses"]["UnreadBody"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServerUnreachableOrStoreUnreachable"];
            507: components["responses"]["StoreUnwritable"];
        };
    };
    getUpload: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Upload"];
                };
            };
            400: components["responses"]["InvalidArgument"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServerUnreachableOrStoreUnreachable"];
            507: components["responses"]["StoreUnwritable"];
        };
    };
    deleteUpload: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["InvalidArgument"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServerUnreachableOrStoreUnreachable"];
            507: components["responses"]["StoreUnwritable"];
        };
    };
    completeUpload: {
        parameters: {
            query?: never;
            header?: {
                /** @description A repeated request with the same key gets the first response, for a day */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Upload"];
                };
            };
            400: components["responses"]["InvalidArgument"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            422: components["responses"]["InputUnreadable"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServerUnreachableOrStoreUnreachable"];
            507: components["responses"]["StoreUnwritable"];
        };
    };
    streamEvents: {
        parameters: {
            query?: {
                personId?: string;
                videoId?: string;
                batchId?: string;
            };
            header?: {
                /** @description id of the last event received */
                "Last-Event-ID"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Server-sent events: `event` is the type, `id` the value for Last-Event-ID, `data` an Event in JSON. `progress` messages have no id */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            400: components["responses"]["InvalidArgument"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServerUnreachableOrStoreUnreachable"];
            507: components["responses"]["StoreUnwritable"];
        };
    };
    listWebhooks: {
        parameters: {
            query?: {
                /** @description page size, 1 to 200 */
                limit?: number;
                /** @description nextCursor of the previous page */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Webhook"][];
                        /** @description cursor of the next page; null on the last */
                        nextCursor: string | null;
                    };
                };
            };
            400: components["responses"]["InvalidArgument"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServerUnreachableOrStoreUnreachable"];
            507: components["responses"]["StoreUnwritable"];
        };
    };
    createWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateWebhook"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        url: string;
                        events: ("person.training" | "person.ready" | "person.failed" | "person.cancelled" | "person.erased" | "stage.done" | "stage.failed" | "video.rendering" | "video.ready" | "video.failed" | "video.cancelled" | "batch.completed")[];
                        /** @description the server deactivates a webhook that answers 410 */
                        active: boolean;
                        /**
                         * Format: date-time
                         * @description ISO 8601, UTC
                         */
                        createdAt: string;
                        /**
                         * Format: date-time
                         * @description ISO 8601, UTC
                         */
                        updatedAt: string;
                        /** @description signs every delivery (header portrait-signature); shown once */
                        secret: string;
                    };
                };
            };
            400: components["responses"]["InvalidArgument"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["UnreadBody"];
            415: components["responses"]["UnreadBody"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServerUnreachableOrStoreUnreachable"];
            507: components["responses"]["StoreUnwritable"];
        };
    };
    getWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
                };
            };
            400: components["responses"]["InvalidArgument"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServerUnreachableOrStoreUnreachable"];
            507: components["responses"]["StoreUnwritable"];
        };
    };
    deleteWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["InvalidArgument"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServerUnreachableOrStoreUnreachable"];
            507: components["responses"]["StoreUnwritable"];
        };
    };
    updateWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["UpdateWebhook"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
                };
            };
            400: components["responses"]["InvalidArgument"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            413: components["responses"]["UnreadBody"];
            415: components["responses"]["UnreadBody"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServerUnreachableOrStoreUnreachable"];
            507: components["responses"]["StoreUnwritable"];
        };
    };
    rotateWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        url: string;
                        events: ("person.training" | "person.ready" | "person.failed" | "person.cancelled" | "person.erased" | "stage.done" | "stage.failed" | "video.rendering" | "video.ready" | "video.failed" | "video.cancelled" | "batch.completed")[];
                        /** @description the server deactivates a webhook that answers 410 */
                        active: boolean;
                        /**
                         * Format: date-time
                         * @description ISO 8601, UTC
                         */
                        createdAt: string;
                        /**
                         * Format: date-time
                         * @description ISO 8601, UTC
                         */
                        updatedAt: string;
                        /** @description signs every delivery (header portrait-signature); shown once */
                        secret: string;
                    };
                };
            };
            400: components["responses"]["InvalidArgument"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServerUnreachableOrStoreUnreachable"];
            507: components["responses"]["StoreUnwritable"];
        };
    };
    rotateCallbackSecret: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description signs deliveries to callbackUrl (header portrait-signature); shown once */
                        secret: string;
                    };
                };
            };
            400: components["responses"]["InvalidArgument"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServerUnreachableOrStoreUnreachable"];
            507: components["responses"]["StoreUnwritable"];
        };
    };
    listDeliveries: {
        parameters: {
            query?: {
                /** @description page size, 1 to 200 */
                limit?: number;
                /** @description nextCursor of the previous page */
                cursor?: string;
                webhookId?: string;
                eventId?: string;
                status?: "pending" | "delivered" | "failed";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Delivery"][];
                        /** @description cursor of the next page; null on the last */
                        nextCursor: string | null;
                    };
                };
            };
            400: components["responses"]["InvalidArgument"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServerUnreachableOrStoreUnreachable"];
            507: components["responses"]["StoreUnwritable"];
        };
    };
    getDelivery: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Delivery"];
                };
            };
            400: components["responses"]["InvalidArgument"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServerUnreachableOrStoreUnreachable"];
            507: components["responses"]["StoreUnwritable"];
        };
    };
    redeliver: {
        parameters: {
            query?: never;
            header?: {
                /** @description A repeated request with the same key gets the first response, for a day */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Delivery"];
                };
            };
            400: components["responses"]["InvalidArgument"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServerUnreachableOrStoreUnreachable"];
            507: components["responses"]["StoreUnwritable"];
        };
    };
    listKeys: {
        parameters: {
            query?: {
                /** @description page size, 1 to 200 */
                limit?: number;
                /** @description nextCursor of the previous page */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Key"][];
                        /** @description cursor of the next page; null on the last */
                        nextCursor: string | null;
                    };
                };
            };
            400: components["responses"]["InvalidArgument"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServerUnreachableOrStoreUnreachable"];
            507: components["responses"]["StoreUnwritable"];
        };
    };
    createKey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateKey"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedKey"];
                };
            };
            400: components["responses"]["InvalidArgument"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["UnreadBody"];
            415: components["responses"]["UnreadBody"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServerUnreachableOrStoreUnreachable"];
            507: components["responses"]["StoreUnwritable"];
        };
    };
    revokeKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Key"];
                };
            };
            400: components["responses"]["InvalidArgument"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServerUnreachableOrStoreUnreachable"];
            507: components["responses"]["StoreUnwritable"];
        };
    };
    getCaller: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        tenant: string;
                        key: components["schemas"]["Key"];
                    };
                };
            };
            400: components["responses"]["InvalidArgument"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServerUnreachableOrStoreUnreachable"];
            507: components["responses"]["StoreUnwritable"];
        };
    };
    listAudit: {
        parameters: {
            query?: {
                /** @description page size, 1 to 200 */
                limit?: number;
                /** @description nextCursor of the previous page */
                cursor?: string;
                action?: string;
                target?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["AuditEntry"][];
                        /** @description cursor of the next page; null on the last */
                        nextCursor: string | null;
                    };
                };
            };
            400: components["responses"]["InvalidArgument"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["ServerUnreachableOrStoreUnreachable"];
            507: components["responses"]["StoreUnwritable"];
        };
    };
}
