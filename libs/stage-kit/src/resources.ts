// Wall time, CPU time and peak memory of a piece of work in this process. Child processes (ffmpeg) are not counted.
export interface Resources {
  wallMs: number;
  cpuMs: number;
  peakRssBytes: number;
}

export function measureResources(): { stop(): Resources } {
  const startWall = performance.now();
  const startCpu = process.cpuUsage();
  let peak = process.memoryUsage.rss();
  const timer = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss());
  }, 250);
  timer.unref();
  let result: Resources | undefined;
  return {
    stop() {
      clearInterval(timer);
      const cpu = process.cpuUsage(startCpu);
      result ??= {
        wallMs: Math.round(performance.now() - startWall),
        cpuMs: Math.round((cpu.user + cpu.system) / 1000),
        peakRssBytes: Math.max(peak, process.memoryUsage.rss()),
      };
      return result;
    },
  };
}
