// Bars by data (the page allows no inline style), the waveform, and refreshing while calls run.
for (const bar of document.querySelectorAll("[data-width]")) bar.style.width = bar.dataset.width + "%";

const refresh = document.querySelector("[data-refresh]");
if (refresh) setTimeout(() => location.reload(), Number(refresh.dataset.refresh) * 1000);

const player = document.querySelector(".player");
if (player) {
  const sound = player.querySelector("audio");
  const canvas = player.querySelector("canvas");
  const pen = canvas.getContext("2d");
  let peaks = null;

  const draw = () => {
    const { width, height } = canvas;
    pen.clearRect(0, 0, width, height);
    if (!peaks) return;
    const colours = ["#9db4cc", "#2563a8"];
    peaks.forEach((row, channel) => {
      const middle = height * (channel === 0 ? 0.25 : 0.75);
      const step = width / row.length;
      pen.fillStyle = colours[channel];
      row.forEach((level, column) => {
        const tall = Math.max(1, (level / 100) * height * 0.46);
        pen.fillRect(column * step, middle - tall / 2, Math.max(1, step * 0.8), tall);
      });
    });
    const length = sound.duration || Number(player.dataset.duration);
    if (length) {
      pen.fillStyle = "#c0392b";
      pen.fillRect((sound.currentTime / length) * width, 0, 2, height);
    }
  };
  fetch(player.dataset.peaks).then((answer) => (answer.ok ? answer.json() : null)).then((rows) => { peaks = rows; draw(); });
  sound.addEventListener("timeupdate", draw);
  canvas.addEventListener("click", (click) => {
    const length = sound.duration || Number(player.dataset.duration);
    sound.currentTime = (click.offsetX / canvas.clientWidth) * length;
    draw();
  });
  for (const row of document.querySelectorAll("[data-seek]"))
    row.addEventListener("click", (click) => {
      if (click.target.closest("details")) return;
      sound.currentTime = Math.max(0, Number(row.dataset.seek) - 0.5);
      sound.play();
    });
}
