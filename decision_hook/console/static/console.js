// Widths by data (the page allows no inline style), hours in the reader's zone, the waveform and its answers.
for (const bar of document.querySelectorAll("[data-width]")) bar.style.width = bar.dataset.width + "%";

for (const time of document.querySelectorAll("time"))
  time.textContent = new Date(time.dateTime).toLocaleString("zh-CN", {
    month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hour12: false,
  });

const refresh = document.querySelector("[data-refresh]");
if (refresh) setTimeout(() => location.reload(), Number(refresh.dataset.refresh) * 1000);

const player = document.querySelector(".player");
if (player) listen(player);

function listen(player) {
  const sound = player.querySelector("audio");
  const canvas = player.querySelector("canvas");
  const rows = [...document.querySelectorAll("[data-seek]")];
  const pen = canvas.getContext("2d");
  const CHANNELS = ["#9db4cc", "#2563a8"]; // us, caller
  const GOOD = ["match", "partial"], BAD = ["mismatch", "dont_know", "denial"];
  let peaks = null;

  const length = () => (Number.isFinite(sound.duration) ? sound.duration : Number(player.dataset.duration));
  const seek = (seconds) => { sound.currentTime = Math.max(0, seconds); draw(); };

  function draw() {
    const { width, height } = canvas;
    const scale = width / (length() || 1);
    pen.clearRect(0, 0, width, height);
    for (const row of rows) {
      const { seek: from, until, grade } = row.dataset;
      pen.fillStyle = GOOD.includes(grade) ? "#1f8a5b33" : BAD.includes(grade) ? "#c0392b33" : "#66718026";
      pen.fillRect(from * scale, 0, Math.max(4, (until - from) * scale), height);
    }
    (peaks || []).forEach((levels, channel) => {
      const middle = height * (channel === 0 ? 0.25 : 0.75);
      const step = width / levels.length;
      pen.fillStyle = CHANNELS[channel];
      levels.forEach((level, column) => {
        const tall = Math.max(1, (level / 100) * height * 0.48);
        pen.fillRect(column * step, middle - tall / 2, Math.max(1, step * 0.8), tall);
      });
    });
    pen.fillStyle = "#c0392b";
    pen.fillRect(sound.currentTime * scale, 0, 4, height);
    for (const row of rows)
      row.classList.toggle("now", !sound.paused && sound.currentTime >= row.dataset.seek - 0.5 && sound.currentTime <= row.dataset.until);
  }

  fetch(player.dataset.peaks).then((answer) => (answer.ok ? answer.json() : null)).then((levels) => { peaks = levels; draw(); });
  for (const event of ["timeupdate", "loadedmetadata", "seeked", "pause"]) sound.addEventListener(event, draw);
  canvas.addEventListener("click", (click) => seek((click.offsetX / canvas.clientWidth) * length()));
  for (const row of rows)
    row.addEventListener("click", (click) => {
      if (click.target.closest("details") || String(getSelection())) return; // reading, or copying words
      seek(row.dataset.seek - 0.5);
      sound.play().catch(() => {}); // a browser may refuse to play; the place is marked all the same
    });
}
