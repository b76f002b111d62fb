// Who may speak with whom: nobody, except what is listed here.
import { API_PORT, HEALTH_PORT } from '../images/services.mjs';
import { NAME, NAMESPACE_LABELS, object, selector } from './settings.mjs';

const everyPod = { matchLabels: { 'app.kubernetes.io/part-of': NAME } };
const port = (number, protocol = 'TCP') => ({ port: number, protocol });
const namespaces = (which) => [{ namespaceSelector: { matchLabels: NAMESPACE_LABELS[which] } }];
const policy = (name, spec) => object('networking.k8s.io/v1', 'NetworkPolicy', name, { spec });

/** Where collectors take traces as OTLP over HTTP. */
const COLLECTOR_PORT = 4318;

/** Addresses that are no public ones; whoever fetches what callers name must not reach them. */
const NOT_PUBLIC = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '224.0.0.0/4',
  '240.0.0.0/4',
];

export function networkPolicies(services) {
  const withStore = {
    matchExpressions: [
      {
        key: 'app.kubernetes.io/name',
        operator: 'In',
        values: [...services.filter(({ roles }) => roles.length > 0).map(({ name }) => name), 'prepare-store'],
      },
    ],
  };
  const withDatabase = {
    matchExpressions: [{ key: 'app.kubernetes.io/name', operator: 'In', values: ['api', 'migrate'] }],
  };
  return [
    policy('default-deny', { podSelector: {}, policyTypes: ['Ingress', 'Egress'] }),
    policy('names', {
      podSelector: everyPod,
      policyTypes: ['Egress'],
      egress: [
        {
          to: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } } }],
          ports: [port(53, 'UDP'), port(53)],
        },
      ],
    }),
    policy('to-temporal', {
      podSelector: everyPod,
      policyTypes: ['Egress'],
      egress: [{ to: namespaces('temporal'), ports: [port(7233)] }],
    }),
    policy('to-store', {
      podSelector: withStore,
      policyTypes: ['Egress'],
      egress: [{ to: namespaces('store'), ports: [port(9000), port(443)] }],
    }),
    policy('to-database', {
      podSelector: withDatabase,
      policyTypes: ['Egress'],
      egress: [{ to: namespaces('database'), ports: [port(5432)] }],
    }),
    policy('to-collector', {
      podSelector: everyPod,
      policyTypes: ['Egress'],
      egress: [{ to: namespaces('collector'), ports: [port(COLLECTOR_PORT)] }],
    }),
    // Callers name addresses of media and webhooks; the API checks them too, this is the second fence.
    policy('api-to-world', {
      podSelector: selector('api'),
      policyTypes: ['Egress'],
      egress: [{ to: [{ ipBlock: { cidr: '0.0.0.0/0', except: NOT_PUBLIC } }], ports: [port(443), port(80)] }],
    }),
    policy('to-api', {
      podSelector: selector('api'),
      policyTypes: ['Ingress'],
      ingress: [{ from: namespaces('ingress'), ports: [port(API_PORT)] }],
    }),
    policy('scrape', {
      podSelector: everyPod,
      policyTypes: ['Ingress'],
      ingress: [{ from: namespaces('scraper'), ports: [port(HEALTH_PORT)] }],
    }),
  ];
}
