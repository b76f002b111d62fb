// Asks this container's own liveness address; what HEALTHCHECK runs. Exit code 0 when it answers with 200.
import { get } from 'node:http';

const port = process.env.PORTRAIT_HEALTH_PORT ?? '9464';
const request = get({ host: '127.0.0.1', port, path: '/livez', timeout: 3000 }, ({ statusCode }) =>
  process.exit(statusCode === 200 ? 0 : 1),
);
request.on('timeout', () => request.destroy(new Error('no answer')));
request.on('error', (error) => {
  console.error(error.message);
  process.exit(1);
});
